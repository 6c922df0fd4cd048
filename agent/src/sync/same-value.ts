import { unescapeText } from '../connector/lines.js';
import type { Column } from '../connector/value.js';
import type { Duck } from '../duck/duck.js';
import { valueColumn } from './mapping.js';

export const canonicalFunction = 'canonical_json';

/**
 * SQL for each column: whether a row's value (`s`) is its former one (`v`). Values of a type have one text each, so texts
 * are compared. Of json a source may order the keys and space them as it likes, and of floats another version of it may
 * write another text: those are compared by value. −0 is not 0, and NaN is NaN.
 */
export function sameValues(duck: Duck, columns: readonly Column[]): string[] {
  const isJson = ({ type }: Column): boolean => type === 'json';
  if (columns.some(isJson)) duck.define(canonicalFunction, canonicalJson);
  return columns.map((column) => {
    const [is, was] = ['s', 'v'].map((from) => `${from}.${valueColumn(column.name)}`);
    const same = `${is} is not distinct from ${was}`;
    if (column.type === 'float')
      return `(${same} or coalesce(${floatSql(is)} = ${floatSql(was)}, false))`;
    if (!isJson(column)) return same;
    return `case when ${same} then true when ${is} is null or ${was} is null then false
      else ${canonicalFunction}(${is}) = ${canonicalFunction}(${was}) end`;
  });
}

/** The sign beside it, for the two zeros. */
const floatSql = (text: string | undefined): string =>
  `(try_cast(${text} as double), starts_with(${text}, '-'))`;

/**
 * JSON as it stands in a line, with keys sorted, nothing between and every number as it was written. What is no JSON, or
 * nested too deeply, stays as it is.
 */
export function canonicalJson(field: string): string {
  try {
    return written(JSON.parse(unescapeText(field) ?? 'null', keepNumber as never));
  } catch {
    return field;
  }
}

/** The text of a number, which JavaScript's own numbers may not hold. */
class WrittenNumber {
  constructor(readonly text: string) {}
}

function keepNumber(_: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === 'number' ? new WrittenNumber(source ?? String(value)) : value;
}

function written(value: unknown): string {
  if (value instanceof WrittenNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${written(each)}`).join(',')}}`;
}
