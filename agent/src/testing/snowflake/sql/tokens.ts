import { SnowflakeError, syntaxError } from '../snowflake-error.js';

/**
 * A word is an identifier or keyword without quotes, already in capitals, as Snowflake folds it. A name is one in double
 * quotes, a text a literal in single quotes or dollars; both without their quotes and escapes.
 */
export interface Token {
  kind: 'word' | 'name' | 'text' | 'number' | 'mark';
  text: string;
  /** Where it begins and ends in the statement as it was sent. */
  at: number;
  end: number;
}

const space = /(?:\s+|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const shapes: readonly (readonly [Token['kind'], RegExp])[] = [
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ['number', /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['name', /"(?:[^"]|"")*"/y],
  ['text', /'(?:[^'\\]|''|\\[\s\S])*'|\$\$[\s\S]*?\$\$/y],
  ['mark', /\$\d+|\$[A-Za-z_]\w*|:\d+|::|:=|=>|->>|->|<=|>=|<>|!=|\|\||[^\s]/y],
];

/** Snowflake's words of a statement; comments and spaces are gone. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    space.lastIndex = at;
    at += space.exec(sql)?.[0].length ?? 0;
    if (at >= sql.length) return tokens;
    const token = tokenAt(sql, at);
    tokens.push(token);
    at = token.end;
  }
}

function tokenAt(sql: string, at: number): Token {
  for (const [kind, shape] of shapes) {
    shape.lastIndex = at;
    const found = shape.exec(sql)?.[0];
    if (found === undefined) continue;
    if (kind === 'mark' && (found === '"' || found === "'")) break;
    return { kind, text: meaningOf(kind, found), at, end: at + found.length };
  }
  const before = sql.slice(0, at).split('\n');
  throw syntaxError(sql.slice(at, at + 20), {
    line: before.length,
    position: before.at(-1)?.length ?? 0,
  });
}

function meaningOf(kind: Token['kind'], found: string): string {
  if (kind === 'word') return found.toUpperCase();
  if (kind === 'name') return found.slice(1, -1).replaceAll('""', '"');
  if (kind !== 'text') return found;
  if (found.startsWith('$$')) return found.slice(2, -2);
  return found
    .slice(1, -1)
    .replace(/''|\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|[0-7]{1,3}|[\s\S])/g, unescaped);
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  0: '\0',
};

function unescaped(_: string, escape: string | undefined): string {
  if (escape === undefined) return "'";
  if (/^[xu][\da-fA-F]+$/.test(escape)) return String.fromCharCode(parseInt(escape.slice(1), 16));
  return (
    escapes[escape] ?? (/^[0-7]+$/.test(escape) ? String.fromCharCode(parseInt(escape, 8)) : escape)
  );
}

/** The statements of a text, parted at semicolons; empty ones are left out. */
export function statementsOf(tokens: readonly Token[]): Token[][] {
  return partsOf(tokens, ';').filter((part) => part.length > 0);
}

/** Parts at a mark that stands in no parentheses. */
export function partsOf(tokens: readonly Token[], mark: string): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'mark') depth += depthOf(token.text);
    if (depth === 0 && token.kind === 'mark' && token.text === mark) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

/** Where the parenthesis that opens at `open` closes. */
export function closingOf(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind === 'mark') depth += depthOf(token.text);
    if (depth === 0) return at;
  }
  throw new SnowflakeError(
    '001003',
    '42000',
    "SQL compilation error:\nsyntax error line 1 at position 0 unexpected '<EOF>'.",
  );
}

function depthOf(mark: string): number {
  if (mark === '(' || mark === '[' || mark === '{') return 1;
  return mark === ')' || mark === ']' || mark === '}' ? -1 : 0;
}

/** Whether a word, without quotes, stands here. */
export function isWord(token: Token | undefined, ...words: string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text);
}

export function isMark(token: Token | undefined, ...marks: string[]): boolean {
  return token?.kind === 'mark' && marks.includes(token.text);
}
