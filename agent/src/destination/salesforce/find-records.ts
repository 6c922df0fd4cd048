import type { DescribedField, DescribedObject } from './describe.js';
import { unreadable } from './org.js';
import type { Org } from './org.js';
import { encodedBytes, literal, packed, queryPath } from './soql.js';

/** What is asked for: records of an object by the values of some fields, and one field of each. */
export interface Question {
  object: DescribedObject;
  match: readonly DescribedField[];
  returns: DescribedField;
}

/** What records have in the field that is returned, as JSON has it; two at most, which is one too many. */
export type Answers = readonly unknown[];

type Row = Record<string, unknown>;

/** For each line of plain texts the records that have exactly these values. Texts compare as the field itself does. */
export async function findRecords(
  org: Org,
  { question, lines }: { question: Question; lines: readonly (readonly string[])[] },
  signal: AbortSignal,
): Promise<Answers[]> {
  const found: unknown[][] = lines.map(() => []);
  const asked = lines.flatMap((texts, line) => {
    const condition = conditionOf(question.match, texts);
    return condition === undefined ? [] : [{ line, texts, condition }];
  });
  const frame = encodedBytes(soqlOf(question, ''));
  const conditions = asked.map(({ condition }) => condition);
  for (const [from, to] of packed(conditions, frame)) {
    const part = asked.slice(from, to);
    const { rows, isWhole } = await query(org, soqlFor(question, part), signal);
    share(rows, { question, part, found });
    if (!isWhole) await askAlone(org, { question, part, found }, signal);
  }
  return found;
}

interface Asked {
  line: number;
  texts: readonly string[];
  condition: string;
}

interface Sharing {
  question: Question;
  part: readonly Asked[];
  found: unknown[][];
}

/** So many records matched that the first page does not settle it: two of each are enough. */
async function askAlone(
  org: Org,
  { question, part, found }: Sharing,
  signal: AbortSignal,
): Promise<void> {
  for (const each of part) {
    if ((found[each.line] ?? []).length > 1) continue;
    found[each.line] = [];
    const soql = `${soqlOf(question, each.condition)} LIMIT 2`;
    const { rows } = await query(org, soql, signal);
    share(rows, { question, part: [each], found });
  }
}

function share(rows: readonly Row[], { question, part, found }: Sharing): void {
  const { match, returns } = question;
  const lines = new Map<string, number[]>();
  for (const { line, texts } of part) {
    const name = nameOf(match, texts);
    lines.set(name, [...(lines.get(name) ?? []), line]);
  }
  for (const row of rows) {
    const name = nameOf(
      match,
      match.map((field) => textOf(row[field.name])),
    );
    for (const line of lines.get(name) ?? []) {
      const has = found[line];
      if (has && has.length < 2) has.push(row[returns.name]);
    }
  }
}

/** Values that the field holds for the same have the same name. */
function nameOf(match: readonly DescribedField[], texts: readonly string[]): string {
  return JSON.stringify(match.map((field, n) => comparable(field, texts[n] ?? '')));
}

function comparable({ type, caseSensitive }: DescribedField, text: string): string | number {
  if (['int', 'long', 'double', 'currency', 'percent'].includes(type)) return Number(text);
  if (type === 'datetime') return Date.parse(text.replace(/([-+]\d\d)(\d\d)$/, '$1:$2'));
  // Ids are found by their first 15 characters, and are told with 18.
  if (type === 'id' || type === 'reference') return text.slice(0, 15);
  return caseSensitive ? text : text.toLowerCase();
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

function conditionOf(
  match: readonly DescribedField[],
  texts: readonly string[],
): string | undefined {
  const parts: string[] = [];
  for (const [n, field] of match.entries()) {
    const value = literal(field, texts[n] ?? '');
    if (value === undefined) return undefined;
    parts.push(match.length === 1 ? value : `${field.name} = ${value}`);
  }
  return match.length === 1 ? parts[0] : `(${parts.join(' AND ')})`;
}

function soqlFor(question: Question, part: readonly Asked[]): string {
  const conditions = part.map(({ condition }) => condition);
  return soqlOf(question, conditions.join(question.match.length === 1 ? ',' : ' OR '));
}

function soqlOf({ object, match, returns }: Question, conditions: string): string {
  const names = [...new Set([...match, returns].map(({ name }) => name))];
  const where = match.length === 1 ? `${match[0]?.name ?? ''} IN (${conditions})` : conditions;
  return `SELECT ${names.join(', ')} FROM ${object.name} WHERE ${where}`;
}

async function query(
  org: Org,
  soql: string,
  signal: AbortSignal,
): Promise<{ rows: Row[]; isWhole: boolean }> {
  const answer = await org.json(
    { method: 'GET', path: queryPath(soql), maxBytes: 32 << 20 },
    signal,
  );
  const { records, done } = (answer ?? {}) as { records?: unknown; done?: unknown };
  if (!Array.isArray(records)) throw unreadable(JSON.stringify(answer).slice(0, 1000));
  return { rows: records as Row[], isWhole: done !== false };
}
