import { quoteIdentifier as quote } from '../../connector/postgres-wire.js';
import { assignment, insertFrom, sameKey } from './statements.js';
import type { StatementParts } from './statements.js';

export const replaceStage = 'pg_temp.drawbridge_replace';

/** The SQL that loads a whole result and makes it the content of a table. */
export function replaceSql(parts: StatementParts): {
  createStage: string;
  copyToStage: string;
  analyzeStage: string;
  /** In one transaction, in this order. */
  swap: string[];
} {
  const { table, key, fields } = parts;
  const all = [...key, ...fields];
  const list = all.map(({ name }) => quote(name)).join(', ');
  // Writers wait, readers do not; and of two that replace, one comes after the other.
  const lock = `lock table ${table.name} in share row exclusive mode`;
  return {
    createStage: `create temp table drawbridge_replace (drawbridge_ord bigint generated always as identity,
      ${all.map(({ name, type }) => `${quote(name)} ${type}`).join(', ')})`,
    copyToStage: `copy ${replaceStage} (${list}) from stdin`,
    analyzeStage: `analyze ${replaceStage}`,
    swap: [lock, ...(key.length > 0 ? merge(parts) : anew(parts))],
  };
}

/** By the key: only rows that are others are written, so triggers and foreign keys see only them. */
function merge(parts: StatementParts): string[] {
  const { table, fields } = parts;
  const gone = `delete from ${table.name} as t
    where not exists (select from ${replaceStage} as s where ${sameKey(parts)})`;
  const fresh = insertFrom(
    replaceStage,
    parts,
    `where not exists (select from ${table.name} as t where ${sameKey(parts)})`,
  );
  return fields.length === 0 ? [gone, fresh] : [gone, changed(parts), fresh];
}

/** Compared as images (`*<>`): exact for every type, also those that have no equality. */
function changed(parts: StatementParts): string {
  const { table, fields, omit } = parts;
  const there = fields.map(({ name }) => `t.${quote(name)}`);
  const wanted = fields.map(({ name }) =>
    omit.has(name) ? `coalesce(s.${quote(name)}, t.${quote(name)})` : `s.${quote(name)}`,
  );
  return `update ${table.name} as t
    set ${fields.map((field) => assignment(parts, field, 's')).join(', ')}
    from ${replaceStage} as s where ${sameKey(parts)} 
      and row(${there.join(', ')})::record *<> row(${wanted.join(', ')})::record`;
}

/** Without a key no row is the same as another one. */
function anew(parts: StatementParts): string[] {
  return [`delete from ${parts.table.name}`, insertFrom(replaceStage, parts)];
}
