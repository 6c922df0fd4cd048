import { Failure } from '../failure.js';
import type { JsonRecord } from './destination.js';
import type { ValueType } from './value.js';

/** Reading and writing single values of canonical lines (`value.ts`), where a connector or template needs values. */

const escapes: Record<string, string> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
};
const unescapes: Record<string, string> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', v: '\v' };

/** Canonical text as it stands in a line; null is `\N`. */
export function escapeText(text: string | null): string {
  return text === null ? '\\N' : text.replace(/[\\\t\n\r\b\f\v]/g, (c) => escapes[c] ?? c);
}

export function unescapeText(field: string): string | null {
  if (field === '\\N') return null;
  return field.includes('\\')
    ? field.replace(/\\(.)/gs, (_, c: string) => unescapes[c] ?? c)
    : field;
}

/** The lines' fields as canonical texts. */
export function textsOf(lines: Uint8Array): (string | null)[][] {
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength).toString();
  if (text === '') return [];
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => line.split('\t').map(unescapeText));
}

/** Canonical texts as lines. */
export function linesOf(rows: readonly (readonly (string | null)[])[]): Uint8Array {
  return Buffer.from(rows.map((row) => `${row.map(escapeText).join('\t')}\n`).join(''));
}

/**
 * A canonical text as a JavaScript value that JSON writes exactly: numbers as raw JSON with every digit, json parsed,
 * what JSON has no word for (NaN, dates, bytes) as text.
 */
export function jsonValueOf(text: string | null, type: ValueType): unknown {
  if (text === null) return null;
  switch (type) {
    case 'boolean':
      return text === 't';
    case 'integer':
    case 'decimal':
    case 'float':
      return isJsonNumber(text) ? rawJson(text) : text;
    case 'json':
      return parsed(text);
    default:
      return text;
  }
}

export function recordOf(names: readonly string[], values: readonly unknown[]): JsonRecord {
  return Object.fromEntries(names.map((name, n) => [name, values[n]]));
}

function isJsonNumber(text: string): boolean {
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(text);
}

/** `JSON.rawJSON` is in Node 24 and not yet in TypeScript's library. */
const exactJson = JSON as unknown as {
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
};

/** True for a number that JavaScript's own can't hold exactly. */
export function isRawJson(value: unknown): boolean {
  return exactJson.isRawJSON(value);
}

function rawJson(text: string): unknown {
  const number = Number(text);
  return String(number) === text ? number : exactJson.rawJSON(text);
}

function parsed(text: string): unknown {
  try {
    return exactJsonOf(text);
  } catch (error) {
    throw new Failure('REJECTED', 'record.bad_json', 'A json column holds text that is not JSON.', {
      cause: error,
    });
  }
}

/** Numbers that may be more than a JavaScript number holds, or another text of the same one. */
const longNumber = /\d{16}|\d\.\d|\d[eE]|-0/;

/** JSON as a value that JSON writes again with every digit. Throws a SyntaxError. */
export function exactJsonOf(text: string): unknown {
  if (!longNumber.test(text)) return JSON.parse(text);
  const exact = (_: string, value: unknown, { source }: { source?: string }): unknown =>
    typeof value === 'number' && source !== undefined ? rawJson(source) : value;
  // TypeScript's library does not know yet that a number's own text is told.
  return JSON.parse(text, exact as (name: string, value: unknown) => unknown);
}
