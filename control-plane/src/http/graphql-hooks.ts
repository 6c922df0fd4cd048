import { validate, visit, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { RequestContext } from '../auth/caller.js';
import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import { assertStorable } from '../database/storable.js';
import { checkLimits, type Variables } from './document-limits.js';
import { figureHooks } from './graphql-figures.js';
import { ListedDocuments } from './listed-documents.js';

/** What is looked at before anything is done for a document, over HTTP and on websockets, and measured after it. */
export function graphqlHooks(clock: Clock, { documents, documentsFile }: Config) {
  const figures = figureHooks(clock);
  const listed = documents === 'listed' ? ListedDocuments.read(documentsFile) : undefined;
  const check = (document: DocumentNode, context: object): void => {
    const { caller } = context as RequestContext;
    if (caller?.by === 'session') listed?.check(document);
  };
  return {
    preExecution: async (
      schema: GraphQLSchema,
      document: DocumentNode,
      context: object,
      variables?: Variables,
    ): Promise<void> => {
      check(document, context);
      checkLimits(schema, document, variables);
      assertStorable(variables);
      // Texts within the query itself count, too.
      visit(document, { StringValue: ({ value }) => assertStorable(value) });
      await figures.preExecution(schema, document, context);
    },
    /** The library executes subscriptions without looking whether they fit the schema. They take ids alone. */
    preSubscriptionExecution: async (
      schema: GraphQLSchema,
      document: DocumentNode,
      context: object,
    ): Promise<void> => {
      const [invalid] = validate(schema, document);
      if (invalid) throw invalid;
      check(document, context);
      checkLimits(schema, document, 'unknown');
    },
    onResolution: figures.onResolution,
  };
}
