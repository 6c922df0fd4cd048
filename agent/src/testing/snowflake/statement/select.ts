import { SnowflakeError } from '../snowflake-error.js';
import { demand, objectOf, wholeOf } from './names.js';
import type { Context, Outcome } from './statement.js';
import { types } from './statement.js';
import { tokensOf } from '../sql/tokens.js';
import { partsAt } from './names.js';

/** SELECT, WITH, VALUES, and anything in parentheses. */
export async function select(context: Context): Promise<Outcome> {
  const sql = context.translation.sqlOf(context.tokens);
  await demandReading(context, sql);
  return { kind: 'query', sql, statementTypeId: types.select };
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
