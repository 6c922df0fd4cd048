import type { OperationKind, TargetRequest } from '../../connector/destination.js';
import { quoteIdentifier as quote } from '../../connector/postgres-wire.js';
import type { Table, TableColumn } from './table.js';

/** The SQL of one target: a staging table that has the fields' own types, and one statement for each kind of operation. */
export interface Statements {
  createStage: string;
  copyToStage: string;
  copyToTable: string;
  /** Writes what is staged; `ord` of the rows that had something to do comes back where the kind asks. */
  merge(kind: OperationKind): { sql: string; tells: 'nothing' | 'taken' };
}

export interface StatementParts {
  table: Table;
  key: readonly TableColumn[];
  fields: readonly TableColumn[];
  /** Names of fields whose NULL leaves the column alone. */
  omit: ReadonlySet<string>;
  set: TargetRequest['set'];
  archive?: Archive | undefined;
}

/** A column that says that a row is archived. */
export interface Archive {
  field: string;
  /** `now`, or a text of the column's type. */
  value: string;
  /** What a row gets that comes back; NULL unless given. */
  active: string | undefined;
}

const stage = 'pg_temp.drawbridge_stage';

export function makeStatements(parts: StatementParts): Statements {
  const { table, key, fields } = parts;
  const all = [...key, ...fields];
  const list = all.map(({ name }) => quote(name)).join(', ');
  return {
    createStage: `drop table if exists ${stage};
      create temp table drawbridge_stage (drawbridge_ord bigint generated always as identity,
        ${all.map(({ name, type }) => `${quote(name)} ${type}`).join(', ')}) on commit delete rows`,
    copyToStage: `copy ${stage} (${list}) from stdin`,
    copyToTable: `copy ${table.name} (${list}) from stdin`,
    merge: (kind) => merges[kind](parts),
  };
}

type Merge = (parts: StatementParts) => { sql: string; tells: 'nothing' | 'taken' };

const silent = (sql: string): ReturnType<Merge> => ({ sql, tells: 'nothing' });
const telling = (sql: string): ReturnType<Merge> => ({ sql, tells: 'taken' });

const merges: Record<OperationKind, Merge> = {
  upsert: (parts) => silent(keepsDefaults(parts) ? upsertInTwo(parts) : upsertInOne(parts)),
  update: (parts) =>
    telling(
      assignments(parts, 's').length === 0
        ? `select s.drawbridge_ord as ord from ${stage} s join ${parts.table.name} t on ${sameKey(parts)}`
        : `update ${parts.table.name} as t set ${assignments(parts, 's').join(', ')}
            from ${stage} as s where ${sameKey(parts)} returning s.drawbridge_ord as ord`,
    ),
  create: (parts) =>
    telling(`with made as (${insert(parts)} on conflict do nothing returning ${keyList(parts)})
      select s.drawbridge_ord as ord from ${stage} s join made t on ${sameKey(parts)}`),
  append: (parts) => silent(insert(parts)),
  delete: (parts) =>
    silent(`delete from ${parts.table.name} as t using ${stage} as s where ${sameKey(parts)}`),
  clear: (parts) =>
    silent(`update ${parts.table.name} as t set ${parts.fields.map(({ name }) => `${quote(name)} = null`).join(', ')}
      from ${stage} as s where ${sameKey(parts)}`),
  set: (parts) =>
    silent(`update ${parts.table.name} as t set ${parts.set.map(({ name, text }) => `${quote(name)} = ${text === null ? 'null' : literal(text)}`).join(', ')}
      from ${stage} as s where ${sameKey(parts)}`),
  // Once archived, a row keeps the moment at which it was.
  archive: (parts) =>
    silent(`update ${parts.table.name} as t set ${quote(archiveOf(parts).field)} = ${archivedSql(archiveOf(parts))}
      from ${stage} as s where ${sameKey(parts)} and ${isActiveSql(archiveOf(parts))}`),
};

function archiveOf({ archive }: StatementParts): Archive {
  if (archive) return archive;
  throw new TypeError('A table without a column for it has no archive; it is refused when opened.');
}

const archivedSql = ({ value }: Archive): string => (value === 'now' ? 'now()' : literal(value));

const activeSql = ({ active }: Archive): string =>
  active === undefined ? 'null' : literal(active);

const isActiveSql = (archive: Archive): string =>
  archive.value === 'now'
    ? `t.${quote(archive.field)} is not distinct from ${activeSql(archive)}`
    : `t.${quote(archive.field)} is distinct from ${literal(archive.value)}`;

/** A row that is sent is not archived, or not any more. */
function assignments(parts: StatementParts, from: 'excluded' | 's'): string[] {
  const { fields, archive } = parts;
  const written = fields.map((field) => assignment(parts, field, from));
  if (!archive || fields.some(({ name }) => name === archive.field)) return written;
  return [...written, `${quote(archive.field)} = ${activeSql(archive)}`];
}

function upsertInOne(parts: StatementParts): string {
  const set = assignments(parts, 'excluded');
  const action = set.length === 0 ? 'nothing' : `update set ${set.join(', ')}`;
  return `${insert(parts)} on conflict (${keyList(parts)}) do ${action}`;
}

/** An omitted NULL is a default in a new record, so on conflict nobody could tell it from a value that was sent. */
function keepsDefaults({ fields, omit }: StatementParts): boolean {
  return fields.some(({ name, default: other }) => omit.has(name) && other !== null);
}

/** What is there is updated first; in the insert only new records are left, and those that come in this very moment. */
function upsertInTwo(parts: StatementParts): string {
  const set = assignments(parts, 's').join(', ');
  return `with known as (update ${parts.table.name} as t set ${set} from ${stage} as s where ${sameKey(parts)}
      returning s.drawbridge_ord as ord)
    ${insert(parts, 'where s.drawbridge_ord not in (select ord from known)')}
    on conflict (${keyList(parts)}) do update set ${assignments(parts, 'excluded').join(', ')}`;
}

/** A NULL of an omitted field becomes the column's default in a new record. */
function insert(parts: StatementParts, where = ''): string {
  return insertFrom(stage, parts, where);
}

export function insertFrom(
  from: string,
  { table, key, fields, omit }: StatementParts,
  where = '',
): string {
  const all = [...key, ...fields];
  const values = all.map(({ name, default: other }) =>
    omit.has(name) && other !== null ? `coalesce(s.${quote(name)}, ${other})` : `s.${quote(name)}`,
  );
  return `insert into ${table.name} (${all.map(({ name }) => quote(name)).join(', ')})
    select ${values.join(', ')} from ${from} as s ${where} order by s.drawbridge_ord`;
}

/** On conflict, what is there is the table's own row; in an update it is `t`. */
export function assignment(
  { table, omit }: StatementParts,
  { name }: TableColumn,
  from: 'excluded' | 's',
): string {
  const value = `${from}.${quote(name)}`;
  const there = from === 's' ? `t.${quote(name)}` : `${table.name}.${quote(name)}`;
  return `${quote(name)} = ${omit.has(name) ? `coalesce(${value}, ${there})` : value}`;
}

function keyList({ key }: StatementParts): string {
  return key.map(({ name }) => quote(name)).join(', ');
}

export function sameKey({ key }: StatementParts): string {
  return key.map(({ name }) => `t.${quote(name)} = s.${quote(name)}`).join(' and ');
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
