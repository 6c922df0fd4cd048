// The part of SOQL that is understood: SELECT fields, relations' fields or COUNT() FROM one object, WHERE with AND, OR,
// NOT and parentheses over = != < <= > >= LIKE IN and NOT IN, ORDER BY, LIMIT, OFFSET.
import { ApiError } from './refusal.js';
import type { Stored } from './stored.js';

export interface Query {
  /** Paths of names. Empty: `COUNT()`. */
  select: string[][];
  from: string;
  where: Condition | undefined;
  orderBy: { path: string[]; isDescending: boolean }[];
  limit: number | undefined;
  offset: number;
}

export type Condition =
  | { kind: 'and' | 'or'; of: Condition[] }
  | { kind: 'not'; of: Condition }
  | { kind: 'compare'; path: string[]; operator: string; values: Literal[] };

export type Literal = { kind: 'text' | 'bare'; value: Stored };

export function parseSoql(text: string): Query {
  if (text.length > 100_000)
    throw malformed('SOQL statements cannot be longer than 100000 characters.');
  return new Parser(tokensOf(text)).query();
}

export const malformed = (message: string): ApiError =>
  new ApiError(400, 'MALFORMED_QUERY', message);

interface Token {
  kind: 'word' | 'text' | 'sign';
  text: string;
}

const token = /\s*(?:'((?:[^'\\]|\\.)*)'|([A-Za-z0-9_.:+-]+)|(!=|<>|<=|>=|[=<>(),]))/y;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const from = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw malformed(`unexpected token: '${text.slice(from).trim()[0]}'`);
    const [, quoted, word, sign] = match;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: unescaped(quoted) });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'sign', text: sign! });
  }
  return tokens;
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code?: string, letter = '') => {
    if (code) return String.fromCharCode(parseInt(code, 16));
    if (letter in escapes) return escapes[letter]!;
    if (`\\'"%_`.includes(letter)) return letter;
    throw malformed(`Illegal string literal. Invalid string escape: \\${letter}`);
  });
}

class Parser {
  #at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  query(): Query {
    this.#expect('SELECT');
    const select = this.#select();
    this.#expect('FROM');
    const query: Query = {
      select,
      from: this.#word(),
      where: this.#takes('WHERE') ? this.#or() : undefined,
      orderBy: this.#orderBy(),
      limit: this.#takes('LIMIT') ? this.#whole() : undefined,
      offset: this.#takes('OFFSET') ? this.#whole() : 0,
    };
    if (this.#at < this.tokens.length) throw this.#unexpected();
    return query;
  }

  #select(): string[][] {
    if (this.#takes('COUNT')) {
      this.#expect('(');
      this.#expect(')');
      return [];
    }
    return this.#list(() => this.#path());
  }

  #orderBy(): Query['orderBy'] {
    if (!this.#takes('ORDER')) return [];
    this.#expect('BY');
    return this.#list(() => {
      const path = this.#path();
      const isDescending = this.#takes('DESC');
      if (!isDescending) this.#takes('ASC');
      return { path, isDescending };
    });
  }

  #or(): Condition {
    return this.#chain('or', () => this.#chain('and', () => this.#not()));
  }

  #chain(kind: 'and' | 'or', part: () => Condition): Condition {
    const of = [part()];
    while (this.#takes(kind)) of.push(part());
    return of.length === 1 ? of[0]! : { kind, of };
  }

  #not(): Condition {
    if (this.#takes('NOT')) return { kind: 'not', of: this.#not() };
    if (!this.#takes('(')) return this.#compare();
    const inner = this.#or();
    this.#expect(')');
    return inner;
  }

  #compare(): Condition {
    const path = this.#path();
    const isNot = this.#takes('NOT');
    if (isNot || this.#peek('IN')) {
      this.#expect('IN');
      this.#expect('(');
      const values = this.#list(() => this.#literal());
      this.#expect(')');
      return { kind: 'compare', path, operator: isNot ? 'not in' : 'in', values };
    }
    const operator = this.tokens[this.#at++]?.text.toLowerCase() ?? '';
    if (!['=', '!=', '<>', '<', '<=', '>', '>=', 'like'].includes(operator))
      throw this.#unexpected(-1);
    return { kind: 'compare', path, operator, values: [this.#literal()] };
  }

  #literal(): Literal {
    const next = this.tokens[this.#at++];
    if (next?.kind === 'text') return { kind: 'text', value: next.text };
    if (next?.kind !== 'word') throw this.#unexpected(-1);
    const word = next.text.toLowerCase();
    if (word === 'null') return { kind: 'bare', value: null };
    if (word === 'true' || word === 'false') return { kind: 'bare', value: word === 'true' };
    if (/^[+-]?\d+(?:\.\d+)?$/.test(word)) return { kind: 'bare', value: Number(word) };
    if (/^\d{4}-/.test(word)) return { kind: 'bare', value: next.text };
    throw this.#unexpected(-1);
  }

  #list<Item>(item: () => Item): Item[] {
    const items = [item()];
    while (this.#takes(',')) items.push(item());
    return items;
  }

  #path(): string[] {
    return this.#word().split('.');
  }

  #word(): string {
    const next = this.tokens[this.#at++];
    if (next?.kind !== 'word') throw this.#unexpected(-1);
    return next.text;
  }

  #whole(): number {
    const word = this.#word();
    if (!/^\d+$/.test(word)) throw this.#unexpected(-1);
    return Number(word);
  }

  #peek(text: string): boolean {
    const next = this.tokens[this.#at];
    return (
      next !== undefined && next.kind !== 'text' && next.text.toUpperCase() === text.toUpperCase()
    );
  }

  #takes(text: string): boolean {
    if (!this.#peek(text)) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) throw this.#unexpected();
  }

  #unexpected(offset = 0): ApiError {
    const next = this.tokens[this.#at + offset]?.text;
    return malformed(
      next === undefined ? 'unexpected end of query' : `unexpected token: '${next}'`,
    );
  }
}
