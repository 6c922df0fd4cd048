import type { FileFormat } from '../connector/destination.js';
import type { ValueType } from '../connector/value.js';
import { quoteText } from '../duck/duck.js';
import type { LoadColumn } from './load-columns.js';

/** SQL for values and lines of the files that destinations take; it starts from SQL of a line's field (`value.ts`). */

/** The canonical text, without a line's escapes. */
export function plainSql(field: string, type: ValueType): string {
  if (!mayBeEscaped.has(type)) return field;
  // A pair of backslashes becomes what no field holds, a bare VT, so that no later step takes one of them for its own.
  const steps = [
    [`'\\\\'`, 'chr(11)'],
    [`'\\t'`, 'chr(9)'],
    [`'\\n'`, 'chr(10)'],
    [`'\\r'`, 'chr(13)'],
    [`'\\b'`, 'chr(8)'],
    [`'\\f'`, 'chr(12)'],
    [`'\\v'`, `'\\'`],
  ];
  const unescaped = steps.reduce((sql, [from, to]) => `replace(${sql}, ${from}, ${to})`, field);
  const swapped = `translate(${unescaped}, chr(11) || '\\', '\\' || chr(11))`;
  return `case when contains(${field}, '\\') then ${swapped} else ${field} end`;
}

const mayBeEscaped: ReadonlySet<ValueType> = new Set(['text', 'json', 'array', 'other']);

/** Bytes; in a line the backslash before the `x` has another one before it. */
export const blobSql = (field: string): string => `unhex(substr(${field}, 4))`;

/** As `Load` promises it: what people and programs read in a text file. */
export function textSql(field: string, type: ValueType): string {
  switch (type) {
    case 'boolean':
      return `case ${field} when 't' then 'true' when 'f' then 'false' end`;
    case 'bytes':
      return `to_base64(${blobSql(field)})`;
    case 'timestamp':
      return isoSql(field, '');
    case 'timestamptz':
      return isoSql(field, 'Z');
    default:
      return plainSql(field, type);
  }
}

/** What ISO 8601 has no form for, as infinity and years before Christ, stays as it is. */
function isoSql(field: string, zone: '' | 'Z'): string {
  const offset = zone ? '[+]00' : '';
  return `regexp_replace(${field}, '^(\\d{4,}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?)${offset}$', '\\1T\\2${zone}')`;
}

/** A line of RFC 4180, with quotes where they are needed. */
export function csvLineSql(columns: readonly LoadColumn[], format: FileFormat): string {
  const { delimiter = ',', nullText } = format;
  // The only column's NULL would be an empty line, which readers pass over.
  const nothing = nullText ?? (columns.length === 1 && !format.operationColumn ? '""' : '');
  const special = [quoteText('"'), quoteText(delimiter), 'chr(10)', 'chr(13)'];
  const values = columns.map((_, n) => {
    const value = `v${n}`;
    const isSpecial = special.map((text) => `contains(${value}, ${text})`).join(' or ');
    return `case when ${value} is null then ${quoteText(nothing)}
      when ${isSpecial} or ${value} in ('', ${quoteText(nullText ?? '')})
        then '"' || replace(${value}, '"', '""') || '"' else ${value} end`;
  });
  return values.join(` || ${quoteText(delimiter)} || `);
}

/** The line of names. */
export function csvNames(names: readonly string[], { delimiter = ',' }: FileFormat): string {
  const isSpecial = (name: string): boolean =>
    name === '' || ['"', delimiter, '\n', '\r'].some((text) => name.includes(text));
  const quoted = (name: string): string =>
    isSpecial(name) ? `"${name.replaceAll('"', '""')}"` : name;
  return names.map(quoted).join(delimiter);
}

/** An object of JSON without its braces: nothing parses and rounds a number on the way. */
export function jsonMembersSql(columns: readonly LoadColumn[]): string {
  const members = columns.map(({ name, type, omitsNull }, n) => {
    const member = `${quoteText(`${JSON.stringify(name)}:`)} || ${jsonSql(`v${n}`, type)}`;
    const nothing = omitsNull ? 'null' : quoteText(`${JSON.stringify(name)}:null`);
    return `case when v${n} is null then ${nothing} else ${member} end`;
  });
  return `concat_ws(',', ${members.join(', ')})`;
}

function jsonSql(value: string, type: ValueType): string {
  switch (type) {
    case 'boolean':
      return value;
    case 'integer':
    case 'decimal':
    case 'float':
      return `case when regexp_full_match(${value}, '-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?')
        then ${value} else to_json(${value})::varchar end`;
    case 'json':
      // Between its parts JSON may have line ends; within a string they can't stand bare.
      return `translate(${value}, chr(9) || chr(10) || chr(13), '   ')`;
    default:
      return `to_json(${value})::varchar`;
  }
}
