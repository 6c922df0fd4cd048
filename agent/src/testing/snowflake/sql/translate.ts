import { quoteName, quoteText } from '../../../duck/duck.js';
import { SnowflakeError, missingObject } from '../snowflake-error.js';
import { calls, constants } from './calls.js';
import type { Scope, Translator } from './scope.js';
import { namedItems } from './select-list.js';
import { closingOf, isMark, isWord, partsOf } from './tokens.js';
import type { Token } from './tokens.js';
import { castTo, typeAt } from './types.js';

/** A stretch of the SQL that is being made. `primary` can be cast, and has elements. */
interface Piece {
  sql: string;
  kind: 'word' | 'primary' | 'mark';
}

/** Words before a parenthesis that begin no call. */
const notCallable = new Set(
  `IN VALUES AND OR NOT SELECT FROM ON WHERE AS EXISTS USING OVER JOIN THEN ELSE WHEN CASE BY HAVING QUALIFY LIMIT
   UNION ALL ANY SOME DISTINCT BETWEEN LIKE ILIKE INTO SET IS WITH EXCEPT INTERSECT MINUS GROUP PARTITION LATERAL SETS`.split(
    /\s+/,
  ),
);

/** Words that stand for no value, so that `[` and `:` after them are no element of anything. */
const notValues = new Set([...notCallable, 'RETURNING', 'ORDER', 'OFFSET', 'BEGIN', 'RECURSIVE']);

const renamed: Readonly<Record<string, string>> = {
  MINUS: 'EXCEPT',
  RLIKE: 'SIMILAR TO',
  REGEXP: 'SIMILAR TO',
};

/** Snowflake's SQL in DuckDB's; what is the same in both passes as it is. */
export class Translation implements Translator {
  readonly #scope: Scope;
  #marks = 0;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  get scope(): Scope {
    return this.#scope;
  }

  sqlOf(tokens: readonly Token[]): string {
    const pieces: Piece[] = [];
    let at = 0;
    while (at < tokens.length) at = this.#take(tokens, at, pieces);
    return pieces.map(({ sql }) => sql).join(' ');
  }

  /** The statement's own letters. */
  textOf(tokens: readonly Token[]): string {
    const [first] = tokens;
    const last = tokens.at(-1);
    return first && last ? this.#scope.text.slice(first.at, last.end) : '';
  }

  #take(tokens: readonly Token[], at: number, pieces: Piece[]): number {
    const token = tokens[at] as Token;
    if (token.kind === 'mark') return this.#takeMark(tokens, at, pieces);
    if (token.kind === 'word') return this.#takeWord(tokens, at, pieces);
    const sql =
      token.kind === 'name'
        ? quoteName(token.text)
        : token.kind === 'text'
          ? quoteText(token.text)
          : token.text;
    pieces.push({ sql, kind: 'primary' });
    return at + 1;
  }

  #takeWord(tokens: readonly Token[], at: number, pieces: Piece[]): number {
    const { text } = tokens[at] as Token;
    const next = tokens[at + 1];
    const after = pieces.at(-1)?.sql;
    if (after !== '.') {
      if (text === 'SELECT') return this.#takeSelect(tokens, at, pieces);
      if (text === 'INFORMATION_SCHEMA' || isInformationSchema(tokens, at))
        return this.#takeInformation(tokens, at, pieces);
      if (text === 'SAMPLE' || text === 'TABLESAMPLE') return this.#takeSample(tokens, at, pieces);
      if (text === 'VALUES' && after && /(FROM|JOIN|,)$/.test(after))
        return this.#takeValues(tokens, at, pieces);
      if (next?.kind === 'text' && ['DATE', 'TIME', 'TIMESTAMP'].includes(text)) {
        pieces.push({
          sql: castTo(typeAt(tokens, at).type, quoteText(next.text)),
          kind: 'primary',
        });
        return at + 2;
      }
      const constant = constants[text];
      if (constant && !isMark(next, '(')) {
        pieces.push({ sql: constant(this), kind: 'primary' });
        return at + 1;
      }
    }
    if (isMark(next, '(') && !notCallable.has(text)) return this.#takeCall(tokens, at, pieces);
    const kind = notValues.has(text) ? 'word' : 'primary';
    pieces.push({ sql: after === '.' ? text : (renamed[text] ?? text), kind });
    return at + 1;
  }

  #takeCall(tokens: readonly Token[], at: number, pieces: Piece[]): number {
    const { text } = tokens[at] as Token;
    const close = closingOf(tokens, at + 1);
    const inside = tokens.slice(at + 2, close);
    const args = inside.length > 0 ? partsOf(inside, ',') : [];
    const call = pieces.at(-1)?.sql === '.' ? undefined : calls[text];
    const within = isWord(tokens[close + 1], 'WITHIN') ? closingOf(tokens, close + 3) : undefined;
    const order = within === undefined ? undefined : this.sqlOf(tokens.slice(close + 4, within));
    const sql = call
      ? call({ args, translation: this, ...(order !== undefined && { order }) })
      : `${text}(${args.map((arg) => this.sqlOf(arg)).join(', ')})`;
    pieces.push({ sql, kind: 'primary' });
    return (within ?? close) + 1;
  }

  /** `SAMPLE (10)` is in percent, `SAMPLE (10 ROWS)` in rows. */
  #takeSample(tokens: readonly Token[], at: number, pieces: Piece[]): number {
    const open = isMark(tokens[at + 1], '(') ? at + 1 : at + 2;
    const close = closingOf(tokens, open);
    const isRows = isWord(tokens[close - 1], 'ROWS');
    pieces.push({
      sql: `TABLESAMPLE ${isRows ? 'reservoir' : ''}(${tokens[open + 1]?.text ?? 0} ${isRows ? 'ROWS' : 'PERCENT'})`,
      kind: 'word',
    });
    return close + 1;
  }

  #takeSelect(tokens: readonly Token[], at: number, pieces: Piece[]): number {
    const { head, items, next } = namedItems(tokens, at + 1);
    const list = items.map(({ tokens: item, alias }) => {
      const sql = this.sqlOf(item);
      const name = alias ?? this.#impliedName(item);
      return name === undefined ? sql : `${sql} AS ${quoteName(name)}`;
    });
    pieces.push({ sql: ['SELECT', ...head, list.join(', ')].join(' '), kind: 'word' });
    return next;
  }

  /** Snowflake calls a column without a name by its own letters, in capitals; a plain column keeps its name. */
  #impliedName(item: readonly Token[]): string | undefined {
    const [first] = item;
    const end = item.findIndex((token, n) => (n % 2 ? !isMark(token, '.') : token.kind === 'mark'));
    if (end >= 0 && end % 2 === 0 && isMark(item[end], '*')) return undefined;
    const isConstant =
      first?.kind === 'word' && (constants[first.text] || /^(NULL|TRUE|FALSE)$/.test(first.text));
    const isPlain = end < 0 && first?.kind !== 'number' && first?.kind !== 'text';
    if (isPlain && !(item.length === 1 && isConstant)) return undefined;
    return this.textOf(item).toUpperCase();
  }

  /** `VALUES` as a table, whose columns are COLUMN1, COLUMN2 and so on. */
  #takeValues(tokens: readonly Token[], at: number, pieces: Piece[]): number {
    let next = at + 1;
    const rows: string[] = [];
    let width = 0;
    while (isMark(tokens[next], '(')) {
      const close = closingOf(tokens, next);
      const row = partsOf(tokens.slice(next + 1, close), ',');
      width = row.length;
      rows.push(`(${row.map((item) => this.sqlOf(item)).join(', ')})`);
      next =
        isMark(tokens[close + 1], ',') && isMark(tokens[close + 2], '(') ? close + 2 : close + 1;
    }
    const columns = Array.from({ length: width }, (_, n) => `COLUMN${n + 1}`).join(', ');
    const alias = aliasAt(tokens, next);
    const given = alias && isMark(tokens[alias.next], '(');
    pieces.push({
      sql: `(VALUES ${rows.join(', ')}) AS ${alias?.name ?? '"VALUES"'}${given ? '' : `(${columns})`}`,
      kind: 'word',
    });
    return alias?.next ?? next;
  }

  #takeInformation(tokens: readonly Token[], at: number, pieces: Piece[]): number {
    const hasDatabase = (tokens[at] as Token).text !== 'INFORMATION_SCHEMA';
    const database = hasDatabase ? tokens[at]?.text : this.#scope.current['DATABASE'];
    const view = tokens[at + (hasDatabase ? 4 : 2)];
    const next = at + (hasDatabase ? 5 : 3);
    if (database === undefined)
      throw new SnowflakeError(
        '090105',
        '22000',
        "Cannot perform SELECT. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.",
      );
    if (!view || !informationViews.has(view.text.toUpperCase()))
      throw missingObject('Object', `${database}.INFORMATION_SCHEMA.${view?.text ?? ''}`);
    const alias = aliasAt(tokens, next);
    pieces.push({
      sql: `_sf.main.${view.text.toUpperCase()}_OF(${quoteText(database)}) AS ${alias?.name ?? quoteName(view.text.toUpperCase())}`,
      kind: 'word',
    });
    return alias?.next ?? next;
  }

  #takeMark(tokens: readonly Token[], at: number, pieces: Piece[]): number {
    const { text } = tokens[at] as Token;
    const isAfterValue = pieces.at(-1)?.kind === 'primary';
    if (text === '?' || /^:\d+$/.test(text) || /^\$\w/.test(text)) {
      pieces.push({ sql: this.#given(text), kind: 'primary' });
      return at + 1;
    }
    if (text === '(') return this.#takeGroup(tokens, at, pieces);
    if (text === '::') {
      const { type, next } = typeAt(tokens, at + 1);
      pieces.push({ sql: castTo(type, primaryOf(pieces)), kind: 'primary' });
      return next;
    }
    if (text === ':' && isAfterValue) return this.#takePath(tokens, at, pieces);
    if (text === '[' || text === '{') return this.#takeElements(tokens, at, pieces);
    pieces.push({ sql: text, kind: 'mark' });
    return at + 1;
  }

  #given(mark: string): string {
    if (/^\$\d+$/.test(mark)) return `COLUMN${mark.slice(1)}`;
    if (mark.startsWith('$')) {
      const value = this.#scope.variables.get(mark.slice(1).toUpperCase());
      if (value !== undefined) return value;
      throw new SnowflakeError(
        '002211',
        '02000',
        `SQL compilation error: error line 1 at position 0\nSession variable '${mark.toUpperCase()}' does not exist`,
      );
    }
    const place = mark === '?' ? (this.#marks += 1) : Number(mark.slice(1));
    const bind = this.#scope.binds[place - 1];
    if (bind !== undefined) return bind;
    throw new SnowflakeError(
      '002049',
      '42601',
      `SQL compilation error: error line 1 at position 0\nBind variable ${mark === '?' ? '?' : mark} not set.`,
    );
  }

  #takeGroup(tokens: readonly Token[], at: number, pieces: Piece[]): number {
    const close = closingOf(tokens, at);
    const inside = tokens.slice(at + 1, close);
    const before = pieces.at(-1)?.sql;
    if (isWord(inside[0], 'VALUES') && before && /(FROM|JOIN|,)$/.test(before)) {
      const made: Piece[] = [{ sql: 'FROM', kind: 'word' }];
      const alias = aliasAt(tokens, close + 1);
      this.#takeValues(alias ? [...inside, ...tokens.slice(close + 1)] : inside, 0, made);
      pieces.push({ sql: made[1]?.sql ?? '', kind: 'word' });
      return alias?.next ?? close + 1;
    }
    pieces.push({ sql: `(${this.sqlOf(inside)})`, kind: 'primary' });
    return close + 1;
  }

  /** `value:key.key[0]`; keys without quotes keep the case that they are written in. */
  #takePath(tokens: readonly Token[], at: number, pieces: Piece[]): number {
    let path = '$';
    let next = at;
    while (
      isMark(tokens[next], ':', '.') &&
      tokens[next + 1] &&
      tokens[next + 1]?.kind !== 'mark'
    ) {
      const key = tokens[next + 1] as Token;
      const name = key.kind === 'word' ? this.textOf([key]) : key.text;
      path += `."${name.replaceAll('"', '\\"')}"`;
      next += 2;
      while (isMark(tokens[next], '[')) {
        const close = closingOf(tokens, next);
        const [index] = tokens.slice(next + 1, close);
        path += index?.kind === 'text' ? `."${index.text}"` : `[${index?.text ?? 0}]`;
        next = close + 1;
      }
    }
    pieces.push({ sql: `SF_PATH(${primaryOf(pieces)}, ${quoteText(path)})`, kind: 'primary' });
    return next;
  }

  /** After a value an element of it; else an array or an object that is written out. */
  #takeElements(tokens: readonly Token[], at: number, pieces: Piece[]): number {
    const close = closingOf(tokens, at);
    const inside = tokens.slice(at + 1, close);
    const isElement = isMark(tokens[at], '[') && pieces.at(-1)?.kind === 'primary';
    const parts = inside.length > 0 ? partsOf(inside, ',') : [];
    if (isElement)
      pieces.push({ sql: `GET(${primaryOf(pieces)}, ${this.sqlOf(inside)})`, kind: 'primary' });
    else {
      const isArray = isMark(tokens[at], '[');
      const args = isArray ? parts : parts.flatMap((part) => [part.slice(0, 1), part.slice(2)]);
      const name = isArray ? 'ARRAY_CONSTRUCT' : 'OBJECT_CONSTRUCT';
      pieces.push({ sql: calls[name]?.({ args, translation: this }) ?? '', kind: 'primary' });
    }
    return close + 1;
  }
}

const informationViews = new Set(['TABLES', 'VIEWS', 'COLUMNS', 'SCHEMATA', 'DATABASES', 'STAGES']);

const isInformationSchema = (tokens: readonly Token[], at: number): boolean =>
  isMark(tokens[at + 1], '.') &&
  isWord(tokens[at + 2], 'INFORMATION_SCHEMA') &&
  isMark(tokens[at + 3], '.');

const notAliases = new Set(
  `WHERE GROUP HAVING QUALIFY ORDER LIMIT OFFSET FETCH UNION INTERSECT EXCEPT MINUS JOIN INNER LEFT RIGHT FULL CROSS
   NATURAL LATERAL ON USING SAMPLE TABLESAMPLE PIVOT UNPIVOT ASOF WINDOW`.split(/\s+/),
);

/** The other name that a table has from here. */
export function aliasAt(
  tokens: readonly Token[],
  at: number,
): { name: string; next: number } | undefined {
  const start = isWord(tokens[at], 'AS') ? at + 1 : at;
  const token = tokens[start];
  if (!token || (token.kind !== 'name' && !(token.kind === 'word' && !notAliases.has(token.text))))
    return undefined;
  return { name: quoteName(token.text), next: start + 1 };
}

/** Takes the value away that ends here, with the names before its points. */
function primaryOf(pieces: Piece[]): string {
  let sql = pieces.pop()?.sql ?? '';
  while (pieces.at(-1)?.sql === '.') {
    pieces.pop();
    sql = `${pieces.pop()?.sql ?? ''}.${sql}`;
  }
  return sql;
}
