import { isMark, isWord, partsOf } from './tokens.js';
import type { Token } from './tokens.js';

const ends =
  `FROM WHERE GROUP HAVING QUALIFY ORDER LIMIT OFFSET FETCH UNION INTERSECT EXCEPT MINUS INTO`.split(
    ' ',
  );

/** After these a word is still part of the expression. */
const operators = new Set(
  `AND OR NOT IS LIKE ILIKE IN BETWEEN THEN ELSE WHEN CASE DISTINCT RLIKE REGEXP ESCAPE INTERVAL COLLATE AT FROM ALL`.split(
    ' ',
  ),
);
const notNames = new Set(['END', 'NULL', 'TRUE', 'FALSE']);

export interface SelectItem {
  tokens: Token[];
  /** The name that it is given, if it is given one. */
  alias?: string;
}

/** The list after SELECT: what stands before it (`DISTINCT`), its items, and where it ends. */
export function namedItems(
  tokens: readonly Token[],
  from: number,
): { head: string[]; items: SelectItem[]; next: number } {
  const head: string[] = [];
  let at = from;
  if (isWord(tokens[at], 'DISTINCT', 'ALL')) head.push((tokens[at++] as Token).text);
  const next = endOf(tokens, at);
  const items = partsOf(tokens.slice(at, next), ',').map(itemOf);
  return { head, items, next };
}

function endOf(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (isMark(token, '(', '[', '{')) depth += 1;
    else if (isMark(token, ')', ']', '}')) depth -= 1;
    else if (
      depth === 0 &&
      isWord(token, ...ends) &&
      !isWord(tokens[at - 1], 'DISTINCT', 'WITHIN') &&
      !isMark(tokens[at - 1], '.')
    )
      return at;
  }
  return tokens.length;
}

function itemOf(tokens: Token[]): SelectItem {
  const last = tokens.at(-1);
  const before = tokens.at(-2);
  if (tokens.length < 2 || !last || !before || (last.kind !== 'word' && last.kind !== 'name'))
    return { tokens };
  if (isWord(before, 'AS')) return { tokens: tokens.slice(0, -2), alias: last.text };
  const isName = last.kind === 'name' || !notNames.has(last.text);
  const isAfterValue =
    before.kind === 'mark'
      ? /^[)\]}?]$|^:\d|^\$\w/.test(before.text)
      : !(before.kind === 'word' && operators.has(before.text));
  return isName && isAfterValue ? { tokens: tokens.slice(0, -1), alias: last.text } : { tokens };
}
