import { SnowflakeError } from '../snowflake-error.js';
import { closingOf, isMark, isWord, tokensOf } from '../sql/tokens.js';
import type { Token } from '../sql/tokens.js';
import { aliasAt } from '../sql/translate.js';
import { demand, objectOf, partsAt, wholeOf } from './names.js';
import type { Context, Outcome } from './statement.js';
import { types } from './statement.js';

/** SELECT, WITH, VALUES, and anything in parentheses. */
export async function select(context: Context): Promise<Outcome> {
  const sql = context.translation.sqlOf(unwrapped(context.tokens));
  await demandReading(context, sql);
  return { kind: 'query', sql, statementTypeId: types.select };
}

/**
 * `SELECT * FROM (query) AS name` is the query itself; DuckDB would tell columns of the same name apart by numbers, and
 * Snowflake leaves them.
 */
function unwrapped(tokens: readonly Token[]): readonly Token[] {
  const [first, star, from, open] = tokens;
  if (!isWord(first, 'SELECT') || !isMark(star, '*') || !isWord(from, 'FROM') || !isMark(open, '('))
    return tokens;
  const close = closingOf(tokens, 3);
  const isQuery = isWord(tokens[4], 'SELECT', 'WITH');
  const alias = aliasAt(tokens, close + 1);
  return isQuery && (alias?.next ?? close + 1) === tokens.length
    ? unwrapped(tokens.slice(4, close))
    : tokens;
}

/** Each table that a query reads has to be one that the role may read, and reading needs a warehouse. */
export async function demandReading(context: Context, sql: string): Promise<void> {
  for (const name of context.connection.getTableNames(sql, true)) {
    const { parts } = partsAt(tokensOf(name), 0);
    if (
      parts[0] === '_SF' ||
      parts.length === 0 ||
      (parts.length === 1 && context.session.schema === undefined)
    )
      continue;
    if (context.session.warehouse === undefined)
      throw new SnowflakeError(
        '000606',
        '57P03',
        "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.",
      );
    await demand(context, ['TABLE', 'VIEW'], wholeOf(objectOf(context, parts)), ['SELECT']);
  }
}
