import { quoteName, quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import { withLogs } from './log-database.js';
import { print } from './print.js';
import type { From, Question } from './query.js';

/** Tells what became of one row, run by run. */
export async function rowHistory(
  key: Readonly<Record<string, string>>,
  question: Question,
  from: From,
): Promise<void> {
  const wanted = { ...question, key, tables: new Set(['changelog']) };
  await withLogs(wanted, from, async ({ duck, columns }) => {
    assertColumns(key, columns);
    const shown = question.format === 'json' ? 'old, new' : `${differencesSql(columns)} as fields`;
    const sql = `select "at", run, change, operation, outcome, ${shown} from changelog order by "at", epoch`;
    const said = await print(duck, sql, { ...question, ...from });
    if (said) from.tell(said);
  });
}

/** `{"id": 42}` as texts by column; a value that is no text counts as what JSON writes for it. */
export function readKey(json: string): Record<string, string> {
  const value = parsed(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badKey();
  const parts = Object.entries(value).map(([name, part]: [string, unknown]) => {
    if (part === null || typeof part === 'object') throw badKey();
    return [name, typeof part === 'boolean' ? String(part).slice(0, 1) : String(part)] as const;
  });
  if (parts.length === 0) throw badKey();
  return Object.fromEntries(parts);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw badKey();
  }
}

function badKey(): Failure {
  return new Failure(
    'CONFIG',
    'log.bad_key',
    `A key is a JSON object of the primary key's columns, as --key '{"id": "42"}'. Numbers of more than 15 digits go in quotes.`,
  );
}

/** A misspelt column would look like a row without a history. */
function assertColumns(key: Readonly<Record<string, string>>, columns: readonly string[]): void {
  if (columns.length === 0 || Object.keys(key).every((name) => columns.includes(name))) return;
  throw new Failure(
    'CONFIG',
    'log.no_column',
    `The logs of the sync have other columns: ${columns.join(', ')}.`,
  );
}

/** Fields that differ, as `name: old → new`. */
function differencesSql(columns: readonly string[]): string {
  const differences = columns.map((name) => {
    const [was, is] = ['old', 'new'].map((side) => `${side}.${quoteName(name)}`);
    const told = `${quoteText(`${name}: `)} || coalesce(${was}, 'NULL') || ' → ' || coalesce(${is}, 'NULL')`;
    return `case when ${was} is distinct from ${is} then ${told} end`;
  });
  return columns.length === 0 ? `''` : `concat_ws(', ', ${differences.join(', ')})`;
}
