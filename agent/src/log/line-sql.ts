import { quoteName, quoteText } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';

/** Signs that are escaped in lines besides the backslash; see `connector/lines.ts`. */
const signs: readonly (readonly [escaped: string, code: number])[] = [
  ['\\t', 9],
  ['\\n', 10],
  ['\\r', 13],
  ['\\b', 8],
  ['\\f', 12],
  ['\\v', 11],
];

/** Makes the macro that turns the text of a line's field into the value's own. Nothing that follows an escaped backslash is escaped. */
export async function makeUnescape(duck: Duck): Promise<void> {
  const unescaped = signs.reduce(
    (sql, [escaped, code]) => `replace(${sql}, ${quoteText(escaped)}, chr(${code}))`,
    'part',
  );
  await duck.run(`create macro unescaped(field) as case when contains(field, '\\')
    then array_to_string(list_transform(string_split(field, '\\\\'), lambda part: ${unescaped}), '\\')
    else field end`);
}

/** SQL of a struct with all the names; those that the file has not are NULL. `c`: values, `o`: former ones. */
export function structSql(
  names: readonly string[],
  has: readonly string[],
  kind: 'c' | 'o',
): string {
  const fields = names.map((name) => {
    const column = has.includes(name)
      ? `unescaped(${quoteName(`${kind}:${name}`)})`
      : 'null::varchar';
    return `${quoteText(name)}: ${column}`;
  });
  return `{${fields.join(', ')}}`;
}
