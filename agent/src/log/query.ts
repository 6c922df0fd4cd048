import type { Duck } from '../duck/duck.js';
import { Failure } from '../failure.js';
import { tableNames, withLogs } from './log-database.js';
import { print } from './print.js';
import type { Format, Write } from './print.js';

export interface Question {
  /** By name or id; all syncs unless given. */
  sync?: string;
  run?: string;
  since?: Date;
  format: Format;
}

export type From = Parameters<typeof withLogs>[1] & { write: Write };

/** Answers one SELECT over the logs. */
export async function queryLogs(sql: string, question: Question, from: From): Promise<void> {
  await withLogs({ ...question, tables: tablesIn(sql) }, from, async ({ duck }) => {
    await assertSelect(duck, sql);
    const said = await print(duck, withoutEnd(sql), { ...question, ...from }).catch(badQuery);
    if (said) from.tell(said);
  });
}

/** What may be named is fetched; a question that names nothing, as `show tables`, gets to see all. */
function tablesIn(sql: string): Set<string> {
  const named = tableNames.filter((name) => new RegExp(`\\b${name}\\b`, 'i').test(sql));
  return new Set(named.length > 0 ? named : tableNames);
}

async function assertSelect(duck: Duck, sql: string): Promise<void> {
  if (await duck.isSelect(sql).catch(badQuery)) return;
  throw new Failure(
    'CONFIG',
    'log.not_select',
    'Logs can only be read: give one SELECT and nothing else.',
  );
}

const withoutEnd = (sql: string): string => sql.replace(/;\s*$/, '');

/** DuckDB's words, which may quote rows, are for whoever asked. */
function badQuery(error: unknown): never {
  if (!(error instanceof Failure) || error.code !== 'internal.duckdb') throw error;
  throw new Failure('CONFIG', 'log.bad_query', 'The question can not be answered.', {
    cause: error,
    ...(error.detail === undefined ? {} : { detail: error.detail.trim() }),
  });
}
