import { compileTemplate } from '../connector/template.js';
import type { Template } from '../connector/template.js';
import type { TargetField } from '../connector/destination.js';
import { escapeText } from '../connector/lines.js';
import type { Column, ValueType } from '../connector/value.js';
import { quoteName, quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import { lookupColumn, lookupsOf, numberOf } from './lookups.js';
import type { FieldPick } from './projection.js';
import type { Constant, FieldMapping, Lookup, SyncRequest } from './sync-request.js';

/** What the change of a row is called, in plans, files and `{ metadata: operation }`. */
export type Change = 'removed' | 'changed' | 'added';

/** The mapping of a sync, made ready for the columns that its query has. */
export interface Mapping {
  key: TargetField[];
  fields: TargetField[];
  /** SQL for each key field and field over a plan's columns, in that order; the value is a line's field or NULL. */
  expressions(change: Change): string[];
  /** The same for what the fields of a changed row were; NULL where nobody knows. */
  formerExpressions(): string[];
  /** The same without SQL, by the number of a column among the model's; undefined where a field needs more than that. */
  picks(change: Change): FieldPick[] | undefined;
  /** SQL that is true for rows that are not sent: a `skip-row` column is NULL. Undefined where none could be. */
  skips: string | undefined;
  /** SQL that is true for rows whose destination key would be NULL. Undefined where none could be. */
  nullKey: string | undefined;
  templates: { column: string; template: Template }[];
}

export interface RunFacts {
  runId: string;
  startedAt: Date;
  /** What the destination says a looked up value is. */
  typeOfLookup(lookup: Lookup): ValueType;
}

/** Name of a model's column in plans and value segments. */
export const valueColumn = (name: string): string => quoteName(`c:${name}`);
/** The same column of a changed row, as the baseline had it. */
export const asOld = (column: string): string => column.replace('"c:', '"o:');
export const oldColumn = (name: string): string => asOld(valueColumn(name));
const templateColumn = (number: number): string => `t${number}`;
/** What a template gave for the row as it was. */
export const formerColumn = (column: string): string => `former_${column}`;

/** The columns that a sync reads: its key first, then what mapping and templates name, sorted. */
export function columnsRead(request: SyncRequest): string[] {
  const key = [...request.model.primaryKey];
  const others = new Set([
    ...request.key.map(({ column }) => column),
    ...[...request.fields, ...request.onRemoved.set].flatMap(columnsOf),
  ]);
  return [...key, ...[...others].filter((name) => !key.includes(name)).sort()];
}

export function makeMapping(
  request: SyncRequest,
  columns: readonly Column[],
  facts: RunFacts,
): Mapping {
  const typeOf = (name: string): ValueType =>
    columns.find((column) => column.name === name)?.type ?? 'text';
  const templates = request.fields.flatMap((field) =>
    field.value.kind === 'template' ? [field.value.template] : [],
  );
  const lookups = lookupsOf(request.fields);
  const expression = (field: FieldMapping, change: Change): string =>
    withDefault(field, valueSql(field, { change, request, facts, templates, lookups }));
  const metadataOf =
    (change: Change) =>
    (name: string): string =>
      metadataText(name, { change, request, facts });
  const skipping = request.fields.filter(
    (field) => field.nulls === 'skip-row' && field.value.kind === 'column',
  );
  const nullable = request.key.filter(({ column }) => !request.model.primaryKey.includes(column));
  const isNull = (column: string): string => `${valueColumn(column)} is null`;
  return {
    key: request.key.map(({ field, column }) => ({
      name: field,
      type: typeOf(column),
      nulls: 'send',
    })),
    fields: request.fields.map((field) => ({
      name: field.field,
      type: fieldType(field, typeOf, facts),
      nulls: field.nulls === 'omit' ? 'omit' : 'send',
    })),
    expressions: (change) => [
      ...request.key.map(({ column }) => valueColumn(column)),
      ...request.fields.map((field) => expression(field, change)),
    ],
    formerExpressions: () => request.fields.map((field) => formerSql(field, templates)),
    picks: (change) => {
      const columnPick = (name: string): FieldPick => ({
        column: columns.findIndex((column) => column.name === name),
      });
      const keys = request.key.map(({ column }) => columnPick(column));
      const fields = request.fields.map((field) => pickOf(field, metadataOf(change), columnPick));
      const picks = [...keys, ...fields].filter((pick) => pick !== undefined);
      return picks.length === keys.length + fields.length ? picks : undefined;
    },
    skips: anyOf(skipping.map((field) => isNull((field.value as { column: string }).column))),
    nullKey: anyOf(nullable.map(({ column }) => isNull(column))),
    templates: templates.map((text, n) => ({
      column: templateColumn(n),
      template: compileTemplate(text),
    })),
  };
}

/** A constant as the text of a line's field, before escaping; null is NULL. */
export function constantText(constant: Constant): string | null {
  if ('text' in constant) return constant.text;
  if ('number' in constant) return constant.number;
  if ('flag' in constant) return constant.flag ? 't' : 'f';
  return null;
}

function columnsOf(field: FieldMapping): readonly string[] {
  if (field.value.kind === 'column') return [field.value.column];
  if (field.value.kind === 'lookup') return field.value.lookup.match.map(({ column }) => column);
  return field.value.kind === 'template' ? compileTemplate(field.value.template).variables : [];
}

function anyOf(conditions: readonly string[]): string | undefined {
  return conditions.length === 0 ? undefined : `(${conditions.join(' or ')})`;
}

interface Context {
  change: Change;
  request: SyncRequest;
  facts: RunFacts;
  templates: readonly string[];
  lookups: readonly Lookup[];
}

function valueSql(field: FieldMapping, context: Context): string {
  const { value } = field;
  switch (value.kind) {
    case 'column':
      return valueColumn(value.column);
    case 'constant':
      return literal(constantText(value.constant));
    case 'metadata':
      return literal(metadataText(value.metadata, context));
    case 'template':
      return templateColumn(context.templates.indexOf(value.template));
    case 'lookup':
      return lookupColumn(numberOf(value.lookup, context.lookups));
  }
}

function formerSql(field: FieldMapping, templates: readonly string[]): string {
  const { value } = field;
  switch (value.kind) {
    case 'column':
      return withDefault(field, oldColumn(value.column));
    case 'constant':
      return withDefault(field, literal(constantText(value.constant)));
    case 'template':
      return formerColumn(templateColumn(templates.indexOf(value.template)));
    case 'metadata':
    case 'lookup':
      return literal(null);
  }
}

function pickOf(
  field: FieldMapping,
  metadata: (name: string) => string,
  columnPick: (name: string) => FieldPick,
): FieldPick | undefined {
  const { value, nulls, default: other } = field;
  const otherwise = nulls === 'default' && other ? constantText(other) : null;
  switch (value.kind) {
    case 'column':
      return otherwise === null
        ? columnPick(value.column)
        : { ...columnPick(value.column), otherwise: escapeText(otherwise) };
    case 'constant':
      return { text: escapeText(constantText(value.constant) ?? otherwise) };
    case 'metadata':
      return { text: escapeText(metadata(value.metadata)) };
    case 'template':
    case 'lookup':
      return undefined;
  }
}

function withDefault(field: FieldMapping, sql: string): string {
  if (field.nulls !== 'default' || !field.default) return sql;
  return `coalesce(${sql}, ${literal(constantText(field.default))})`;
}

function metadataText(
  name: string,
  { change, request, facts }: Omit<Context, 'templates' | 'lookups'>,
): string {
  switch (name) {
    case 'run_id':
      return facts.runId;
    case 'run_started_at':
      return `${facts.startedAt.toISOString().replace('T', ' ').replace('Z', '')}+00`;
    case 'sync_name':
      return request.syncName;
    case 'operation':
      return change;
    default:
      throw new Failure(
        'CONFIG',
        'mapping.unknown_metadata',
        'The mapping names metadata that this agent does not know. Update the agent.',
      );
  }
}

function literal(text: string | null): string {
  return text === null ? 'cast(null as varchar)' : quoteText(escapeText(text));
}

function fieldType(
  field: FieldMapping,
  typeOf: (column: string) => ValueType,
  facts: RunFacts,
): ValueType {
  const { value } = field;
  if (value.kind === 'column') return typeOf(value.column);
  if (value.kind === 'lookup') return facts.typeOfLookup(value.lookup);
  if (value.kind === 'metadata')
    return value.metadata === 'run_started_at' ? 'timestamptz' : 'text';
  if (value.kind === 'template') return 'text';
  return constantType(value.constant);
}

export function constantType(constant: Constant): ValueType {
  if ('number' in constant) return 'decimal';
  return 'flag' in constant ? 'boolean' : 'text';
}
