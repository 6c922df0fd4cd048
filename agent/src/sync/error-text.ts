import type { Failure } from '../failure.js';

// What rests of an error in the customer's bucket: what the far side said, what it was asked, and the row. No secret,
// and never more than somebody would read.

/** Takes secrets out of a text; `name` is that of the header or field that holds it, or empty. */
export type Redact = (text: string, name: string) => string;

/** Characters of one text. */
const longestText = 10_000;
/** So much of a longer one is looked through. */
const lookedThrough = 64 << 10;
/** Its end may hold a part of a secret, which nobody would know. */
const endOfIt = 4_000;
/** Headers, columns, entries of a list. */
const mostEntries = 200;

export interface ErrorText {
  detail?: string;
  request?: unknown;
  response?: unknown;
  /** The row as it was sent: texts by field. */
  row?: unknown;
}

export function errorTextOf(
  { detail, dialogue }: Pick<Failure, 'detail' | 'dialogue'>,
  redact: Redact,
  row?: Readonly<Record<string, string | null>>,
): ErrorText {
  const shown = (value: unknown): unknown => legible(value, redact);
  const isInAnswer = detail !== undefined && dialogue?.response?.['body'] === detail;
  return {
    ...(detail === undefined || isInAnswer ? {} : { detail: String(shown(detail)) }),
    ...(dialogue && { request: shown(dialogue.request) }),
    ...(dialogue?.response && { response: shown(dialogue.response) }),
    ...(row && { row: shown(row) }),
  };
}

function legible(value: unknown, redact: Redact, name = ''): unknown {
  if (value instanceof Uint8Array)
    return legible(Buffer.from(value.subarray(0, 2 * lookedThrough)).toString(), redact, name);
  if (typeof value === 'string') return textOf(value, redact, name);
  if (Array.isArray(value))
    return value.slice(0, mostEntries).map((each) => legible(each, redact, name));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).slice(0, mostEntries);
  return Object.fromEntries(entries.map(([key, each]) => [key, legible(each, redact, key)]));
}

function textOf(whole: string, redact: Redact, name: string): string {
  const clean = redact(whole.slice(0, lookedThrough), name);
  const text = whole.length > lookedThrough ? clean.slice(0, -endOfIt) : clean;
  return text.length === clean.length && text.length <= longestText
    ? text
    : `${text.slice(0, longestText)} … (cut off)`;
}
