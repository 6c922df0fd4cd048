import type { Found, TargetField } from '../../connector/destination.js';
import { exactJsonOf } from '../../connector/lines.js';
import { Failure } from '../../failure.js';

/** What is read from the answer to a lookup, and how it is told apart. */
export interface Wanted {
  match: readonly TargetField[];
  /** Dotted path in a record. */
  returns: string;
  /** Dotted path to the records in the answer. */
  path: string;
}

/**
 * For each line of texts, the records of an answer that have exactly its values. An endpoint may search more loosely than
 * it is asked; what it gives beyond is none of ours. Only a single question trusts an answer that does not say what it is about.
 */
export function foundIn(
  body: string,
  lines: readonly (readonly (string | null)[])[],
  wanted: Wanted,
): Found[] {
  const records = recordsIn(body, wanted.path);
  const byValues = new Map<string, unknown[]>();
  const vague: unknown[] = [];
  for (const record of records) {
    const texts = wanted.match.map(({ name }) => comparable(at(record, name)));
    if (texts.includes(undefined)) vague.push(record);
    else push(byValues, JSON.stringify(texts), record);
  }
  if (vague.length > 0 && lines.length > 1)
    throw badAnswer('The answer has a record without the fields that it was asked by.', body);
  return lines.map((texts) => {
    const name = JSON.stringify(texts.map((text) => comparableText(text)));
    return foundOf([...(byValues.get(name) ?? []), ...vague], wanted, body);
  });
}

/** The value of the one record that an answer holds. */
export function createdIn(body: string, wanted: Wanted): Found {
  const records = recordsIn(body, wanted.path);
  if (records.length === 1) return foundOf(records, wanted, body);
  throw badAnswer('The answer does not hold the record that was made.', body);
}

function foundOf(records: readonly unknown[], { returns }: Wanted, body: string): Found {
  if (records.length === 0) return { kind: 'missing' };
  if (records.length > 1) return { kind: 'many' };
  const value = at(records[0], returns);
  if (value === undefined)
    throw badAnswer('A record has no field of the name that the lookup returns.', body);
  return { kind: 'found', text: value === null ? null : JSON.stringify(value) };
}

/** None, one by itself, or a list. */
function recordsIn(body: string, path: string): unknown[] {
  let value: unknown;
  try {
    value = at(exactJsonOf(body), path);
  } catch {
    throw badAnswer('The answer is not JSON.', body);
  }
  if (value === undefined)
    throw badAnswer('The answer has nothing at the path of the records.', body);
  if (value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function at(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.').filter(Boolean))
    found = (found as Record<string, unknown> | null | undefined)?.[name];
  return found;
}

function push(lists: Map<string, unknown[]>, name: string, value: unknown): void {
  const list = lists.get(name);
  if (list) list.push(value);
  else lists.set(name, [value]);
}

/** A value of an answer, as text that equals the canonical text of the same value. */
function comparable(value: unknown): string | null | undefined {
  if (value === undefined || value === null) return value;
  if (typeof value === 'string') return comparableText(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return comparableText(JSON.stringify(value));
}

/** 1.50 is 1.5, whoever writes it. */
function comparableText(text: string | null): string | null {
  return text !== null && /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text;
}

function badAnswer(message: string, body: string): Failure {
  return new Failure(
    'CONFIG',
    'destination.bad_lookup',
    `${message} Check options.lookup of the sync.`,
    { detail: body },
  );
}
