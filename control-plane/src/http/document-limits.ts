import {
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { AppError } from '../app-error.js';
import { defaultSize, maxSize } from '../page/page.js';

/** As deep as tools ask when they read the schema; no list of ours nests deeper than a few. */
const maxDepth = 16;
/** Fields that one answer may hold at most; the dearest page of the UI comes to a fifth of it. */
const maxCost = 50_000;
/** What a list without pages is taken to hold. */
const plainList = 10;

/** Unknown ones are taken for the most. */
export type Variables = Readonly<Record<string, unknown>> | null | undefined | 'unknown';

/**
 * Refuses a document before anything is done for it: by its depth, and by what it costs. A field costs one, a page as many
 * times what is asked of each of its items as it may hold. Throws AppError `graphql.too_deep` or `graphql.too_costly`. The
 * document fits the schema: its fragments do not go in circles.
 */
export function checkLimits(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Variables,
): void {
  const walk = new Walk(schema, document, variables ?? {});
  for (const definition of document.definitions)
    if (definition.kind === 'OperationDefinition') walk.check(definition);
}

class Walk {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Of the operation that is looked at, what its variables are when nobody says it. */
  private defaults: ReadonlyMap<string, unknown> = new Map();

  constructor(
    private readonly schema: GraphQLSchema,
    { definitions }: DocumentNode,
    private readonly variables: NonNullable<Variables>,
  ) {
    const fragments = definitions.filter((one) => one.kind === 'FragmentDefinition');
    this.fragments = new Map(fragments.map((one) => [one.name.value, one]));
  }

  check({ operation, selectionSet, variableDefinitions = [] }: OperationDefinitionNode): void {
    this.defaults = new Map(
      variableDefinitions.map(({ variable, defaultValue }) => [
        variable.name.value,
        defaultValue?.kind === 'IntValue' ? Number(defaultValue.value) : null,
      ]),
    );
    const root = this.schema.getRootType(operation as Parameters<GraphQLSchema['getRootType']>[0]);
    const cost = this.costOf(selectionSet, root ?? undefined, 1);
    if (cost > maxCost)
      throw new AppError(
        'graphql.too_costly',
        `The answer might hold ${cost} fields, and ${maxCost} are the most. Ask for shorter pages with "first", or for less of each item.`,
      );
  }

  private costOf(
    { selections }: SelectionSetNode,
    on: GraphQLNamedType | undefined,
    depth: number,
  ): number {
    if (depth > maxDepth)
      throw new AppError(
        'graphql.too_deep',
        `A query may be ${maxDepth} levels deep. Ask in several queries instead.`,
      );
    let cost = 0;
    for (const selection of selections) {
      if (selection.kind === 'Field') cost += this.costOfField(selection, on, depth);
      else if (selection.kind === 'InlineFragment')
        cost += this.costOf(selection.selectionSet, on, depth);
      else {
        const fragment = this.fragments.get(selection.name.value);
        if (fragment) cost += this.costOf(fragment.selectionSet, on, depth);
      }
      // Fragments in fragments double with each level: nobody counts to the end.
      if (cost > maxCost) return cost;
    }
    return cost;
  }

  private costOfField(field: FieldNode, on: GraphQLNamedType | undefined, depth: number): number {
    if (!field.selectionSet) return 1;
    const type = isObjectType(on) ? on.getFields()[field.name.value]?.type : undefined;
    const named = type && getNamedType(type);
    return 1 + this.timesOf(field, type) * this.costOf(field.selectionSet, named, depth + 1);
  }

  private valueOf(variable: string): unknown {
    if (this.variables === 'unknown') return maxSize;
    const value = this.variables[variable];
    return value === undefined ? this.defaults.get(variable) : value;
  }

  /** How often what is asked of it is answered. A page's items are below it, and it multiplies them all the same. */
  private timesOf(field: FieldNode, type: GraphQLOutputType | undefined): number {
    const first = field.arguments?.find(({ name }) => name.value === 'first')?.value;
    if (first?.kind === 'IntValue') return bounded(Number(first.value));
    if (first?.kind === 'Variable') return bounded(this.valueOf(first.name.value));
    const isConnection = type && getNamedType(type).name.endsWith('Connection');
    if (isConnection) return defaultSize;
    // The edges of a page were counted with it.
    return isList(type) && field.name.value !== 'edges' ? plainList : 1;
  }
}

/** Null asks for a page as it comes; what is no number is refused later, and taken for the most here. */
function bounded(first: unknown): number {
  if (first === null) return defaultSize;
  return typeof first === 'number' && first >= 1 ? Math.min(first, maxSize) : maxSize;
}

function isList(type: GraphQLOutputType | undefined): boolean {
  return type !== undefined && isListType(isNonNullType(type) ? type.ofType : type);
}
