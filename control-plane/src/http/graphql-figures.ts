import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { Histogram } from 'prom-client';
import type { Clock } from '../clock.js';
import { registry } from '../registry.js';
import { beginSpan, type Span } from '../trace.js';

const seconds = new Histogram({
  name: 'drawbridge_graphql_seconds',
  help: 'How long requests took once they were found valid, by the field that they asked for first.',
  labelNames: ['operation'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  registers: [registry],
});

interface Begun {
  operation: string;
  atMs: number;
  span: Span;
}

/** As the library tells of it. */
export interface Execution {
  errors?: readonly { extensions?: { code?: string } }[] | null;
}

/** Measures every query and mutation over HTTP. What a request calls itself is the caller's to choose, and is not asked. */
export function figureHooks(clock: Clock) {
  const begun = new WeakMap<object, Begun>();
  return {
    preExecution: async (schema: GraphQLSchema, document: DocumentNode, context: object) => {
      const operation = operationOf(schema, document);
      const span = beginSpan('graphql', { operation });
      begun.set(context, { operation, atMs: clock.monotonicMs(), span });
    },
    onResolution: async ({ errors }: Execution, context: object) => {
      const request = begun.get(context);
      if (!request) return;
      const { operation, atMs, span } = request;
      span.end(errors?.[0] && { code: errors[0].extensions?.code ?? 'internal' });
      seconds.observe({ operation }, (clock.monotonicMs() - atMs) / 1_000);
    },
  };
}

/** Names of the schema alone, so that nobody can make up new ones; `other` for what looks into the schema itself. */
export function operationOf(schema: GraphQLSchema, { definitions }: DocumentNode): string {
  const asked = definitions.find(
    (one): one is OperationDefinitionNode => one.kind === 'OperationDefinition',
  );
  const [first] = asked?.selectionSet.selections ?? [];
  if (!asked || first?.kind !== 'Field') return 'other';
  const root = schema.getRootType(asked.operation as Parameters<typeof schema.getRootType>[0]);
  return root?.getFields()[first.name.value] ? first.name.value : 'other';
}
