import type { DescribedField } from './describe.js';

/**
 * Bytes of a query in a URL, which Salesforce takes up to 16,384 bytes of, headers and all.
 * https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm (read 2026-11)
 */
const maxQueryBytes = 12_000;

/** Text between quotes. https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm (read 2026-11) */
export function quoted(text: string): string {
  return `'${text.replace(/[\\'\p{Cc}\u2028\u2029]/gu, escaped)}'`;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};

const escaped = (c: string): string =>
  escapes[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;

const bare: Readonly<Record<string, RegExp>> = {
  int: /^-?\d+$/,
  long: /^-?\d+$/,
  double: /^-?\d+(\.\d+)?$/,
  currency: /^-?\d+(\.\d+)?$/,
  percent: /^-?\d+(\.\d+)?$/,
  boolean: /^(true|false)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  datetime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)$/,
  time: /^\d\d:\d\d:\d\d(\.\d+)?Z$/,
};

/** What an Id looks like: 15 letters and digits, and three more that stand for their cases. */
export function isRecordId(text: string): boolean {
  return /^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/.test(text);
}

/** A value as a query compares a field with it; undefined where the field can't have it, so no record does. */
export function literal(
  { type, length }: Pick<DescribedField, 'type' | 'length'>,
  text: string,
): string | undefined {
  const form = bare[type];
  if (form) return form.test(text) ? text : undefined;
  // A query that compares an Id with what is none is refused as a whole.
  if (type === 'id' || type === 'reference') return isRecordId(text) ? quoted(text) : undefined;
  return length > 0 && text.length > length ? undefined : quoted(text);
}

/** Stretches of conditions that fit a query each; one by itself may be longer than it should. */
export function* packed(
  conditions: readonly string[],
  frameBytes: number,
): Generator<[from: number, to: number]> {
  let from = 0;
  let bytes = frameBytes;
  for (const [n, condition] of conditions.entries()) {
    const more = encodedBytes(condition) + 6;
    if (n > from && bytes + more > maxQueryBytes) {
      yield [from, n];
      from = n;
      bytes = frameBytes;
    }
    bytes += more;
  }
  if (conditions.length > from) yield [from, conditions.length];
}

export function queryPath(soql: string): string {
  return `/query?q=${encodeURIComponent(soql)}`;
}

export function encodedBytes(soql: string): number {
  return encodeURIComponent(soql).length;
}
