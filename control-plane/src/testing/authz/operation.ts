import {
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql';
import type { RootField } from './root-field.js';

export interface Operation {
  query: string;
  variables: Record<string, unknown>;
}

/** What stands in the place of strings and ids. */
export interface Texts {
  /** Of those that must be there. */
  needed: string;
  /** Of all others; without one they are left out, so that a list is not narrowed. */
  others?: string;
  /** Also in the place of strings of a fixed form and of those within lists. */
  everywhere?: boolean;
}

/** Of a page: more than the stand has of anything, and within what one answer may cost. */
const pageSize = 10;
/** Of an answer: deep enough for every type of the schema, within the server's limit. */
const maxDepth = 6;

/** Asks a field for all that can be asked of it. */
export function operationOf({ kind, field }: RootField, texts: Texts): Operation {
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  return {
    query: `${kind} ${declared && `(${declared})`} { ${field.name}${passed && `(${passed})`} ${selectionOf(field.type, 1)} }`,
    variables: valuesOf(field.args, texts),
  };
}

interface Input {
  name: string;
  type: GraphQLInputType;
}

/** Strings of a fixed form: anything else would be refused before what the walk is about. */
const notText: ReadonlySet<string> = new Set(['planDigest', 'after']);

function valuesOf(inputs: readonly Input[], texts: Texts): Record<string, unknown> {
  const values = inputs.map(({ name, type }) => [name, inputOf(name, type, texts)] as const);
  return Object.fromEntries(
    values.filter(
      ([name, value]) => value !== undefined && (texts.everywhere || !notText.has(name)),
    ),
  );
}

function inputOf(name: string, type: GraphQLInputType, texts: Texts): unknown {
  if (name === 'first') return pageSize;
  return name === 'role' && !texts.everywhere ? roleAt(type) : valueOf(type, texts);
}

/** One that everybody may give. */
const roleAt = (type: GraphQLInputType) => (isNonNullType(type) ? 'viewer' : undefined);

/** Numbers, switches and dates only where they must be there: `dryRun` and its kind would change what is asked. */
function valueOf(type: GraphQLInputType, texts: Texts): unknown {
  if (isNonNullType(type)) {
    const inner = { ...texts, others: texts.needed };
    return valueOf(type.ofType, inner) ?? unread(String(type.ofType));
  }
  if (isListType(type)) return texts.everywhere ? [valueOf(type.ofType, texts)] : [];
  if (isInputObjectType(type)) return valuesOf(Object.values(type.getFields()), texts);
  return ['String', 'ID'].includes(type.name) ? texts.others : undefined;
}

const unread = (type: string): unknown =>
  ({ Int: 1, Float: 1, Boolean: false })[type] ?? '2030-01-01T00:00:00Z';

/** Every field of the type and of those below it. A list that needs an argument is asked for its first page. */
function selectionOf(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return '';
  const fields = Object.values(named.getFields()).filter(
    (field) => depth < maxDepth || isScalarType(getNamedType(field.type)),
  );
  return `{ __typename ${fields.map((field) => selected(field, depth)).join(' ')} }`;
}

function selected(field: GraphQLField<unknown, unknown>, depth: number): string {
  const isPaged = field.args.some(({ name }) => name === 'first');
  return `${field.name}${isPaged ? `(first: ${pageSize})` : ''} ${selectionOf(field.type, depth + 1)}`;
}
