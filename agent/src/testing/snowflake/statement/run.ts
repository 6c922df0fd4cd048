import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteText } from '../../../duck/duck.js';
import type { Account } from '../account.js';
import { Query } from '../query.js';
import type { StatementResult } from '../query.js';
import type { Binds } from '../binds.js';
import { columnsOf } from '../result/columns.js';
import type { ResultStore } from '../result/result-store.js';
import type { Session } from '../session.js';
import {
  SnowflakeError,
  notCovered,
  syntaxError,
  timedOut,
  translatedError,
} from '../snowflake-error.js';
import { isMark, isWord, statementsOf, tokensOf } from '../sql/tokens.js';
import type { Token } from '../sql/tokens.js';
import { Translation } from '../sql/translate.js';
import type { Scope } from '../sql/scope.js';
import { copyInto } from './copy-into.js';
import { comment, create, drop, truncate } from './ddl.js';
import { insert, merge, remove, update } from './dml.js';
import { changeGrants } from './grants.js';
import { select } from './select.js';
import { alter, begin, endTransaction, use, variable } from './session-statement.js';
import { describe, show } from './show.js';
import type { Context, Outcome, Statement } from './statement.js';
import { types } from './statement.js';

const statements: Readonly<Record<string, Statement>> = {
  SELECT: select,
  WITH: select,
  VALUES: select,
  CALL: call,
  EXPLAIN: explain,
  SHOW: show,
  DESCRIBE: describe,
  DESC: describe,
  USE: use,
  ALTER: alter,
  SET: variable,
  UNSET: variable,
  CREATE: create,
  DROP: drop,
  COMMENT: comment,
  TRUNCATE: truncate,
  INSERT: insert,
  UPDATE: update,
  DELETE: remove,
  MERGE: merge,
  COPY: copyInto,
  GRANT: changeGrants,
  REVOKE: changeGrants,
  BEGIN: begin,
  START: begin,
  COMMIT: endTransaction,
  ROLLBACK: endTransaction,
};

export interface Setting {
  account: Account;
  store: ResultStore;
  /** Whether the columns are wanted and no rows. */
  describeOnly?: boolean;
}

/** Runs the text of a query, which may be several statements where the session, or the query, allows it. */
export async function runText(
  setting: Setting,
  query: Query,
  binds: Binds,
): Promise<StatementResult> {
  const parts = statementsOf(tokensOf(query.sqlText));
  if (parts.length === 0)
    throw new SnowflakeError('000900', '42601', 'SQL compilation error:\nEmpty SQL statement.');
  const wanted = Number(query.parameters.get('MULTI_STATEMENT_COUNT') ?? '1');
  if (wanted !== 0 && parts.length !== wanted)
    throw new SnowflakeError(
      '000008',
      '0A000',
      `Actual statement count ${parts.length} did not match the desired statement count ${wanted}.`,
    );
  const stop = limitTime(query);
  try {
    const [only] = parts;
    if (parts.length === 1 && only) return await runOne(setting, query, { tokens: only, binds });
    return await runMany(setting, query, { parts, binds });
  } finally {
    stop();
  }
}

/** Each statement is a query of its own, whose id the answer names. */
async function runMany(
  setting: Setting,
  query: Query,
  { parts, binds }: { parts: readonly Token[][]; binds: Binds },
): Promise<StatementResult> {
  const children: Query[] = [];
  let from = 0;
  for (const tokens of parts) {
    const text = query.sqlText.slice(tokens[0]?.at ?? 0, tokens.at(-1)?.end);
    const child = new Query(query.session, query.requestId, text, query.parameters);
    const marks = tokens.filter((token) => isMark(token, '?')).length;
    const own = binds.from(from);
    from += marks;
    query.signal.addEventListener('abort', () =>
      child.cancel(query.signal.reason as SnowflakeError),
    );
    child.begin(() => runOne(setting, child, { tokens: tokensOf(text), binds: own }));
    query.session.history.push(child);
    await child.done;
    children.push(child);
    if (child.error) throw child.error;
  }
  const rows = await setting.store.keep(asBatch([['Multiple statements executed successfully.']]));
  return { columns: [], rows, statementTypeId: types.multi, children };
}

function limitTime(query: Query): () => void {
  const seconds = Number(query.parameters.get('STATEMENT_TIMEOUT_IN_SECONDS') ?? '0');
  if (seconds <= 0 || seconds > 604_800) return () => {};
  const timer = setTimeout(() => query.cancel(timedOut(seconds)), seconds * 1000);
  timer.unref();
  return () => clearTimeout(timer);
}

async function runOne(
  setting: Setting,
  query: Query,
  { tokens, binds }: { tokens: readonly Token[]; binds: Binds },
): Promise<StatementResult> {
  const { session, signal } = query;
  if (!setting.describeOnly) await wait(tokens, signal);
  signal.throwIfAborted();
  const connection = session.transaction ?? (await setting.account.connect(footingOf(session)));
  let again: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    connection.interrupt();
    // DuckDB forgets one that comes before it is at work.
    again ??= setInterval(() => connection.interrupt(), 20);
  };
  signal.addEventListener('abort', interrupt);
  try {
    signal.throwIfAborted();
    const context = contextOf({ setting, query, tokens, binds, connection });
    const outcome = await (statements[firstWord(tokens)] ?? unknown)(context);
    return await resultOf({ setting, query, connection, outcome });
  } catch (error) {
    throw translatedError(error, query.sqlText);
  } finally {
    signal.removeEventListener('abort', interrupt);
    clearInterval(again);
    if (session.transaction !== connection) connection.closeSync();
  }
}

const footingOf = (session: Session): Parameters<Account['connect']>[0] => ({
  ...(session.database !== undefined && { database: session.database }),
  ...(session.schema !== undefined && { schema: session.schema }),
  role: session.role,
  parameters: session.shown(),
});

function firstWord(tokens: readonly Token[]): string {
  const first = tokens.find((token) => !isMark(token, '('));
  return first?.kind === 'word' ? first.text : '';
}

const unknown: Statement = async ({ tokens: [first] }) => {
  throw syntaxError(first?.text ?? '', { line: 1, position: first?.at ?? 0 });
};

/** SYSTEM$WAIT holds the statement before it begins. */
async function wait(tokens: readonly Token[], signal: AbortSignal): Promise<void> {
  const at = tokens.findIndex((token) => isWord(token, 'SYSTEM$WAIT'));
  if (at < 0) return;
  const unit = tokens[at + 4]?.text.toUpperCase() ?? 'SECONDS';
  const ms =
    Number(tokens[at + 2]?.text ?? 0) *
    (unit === 'MINUTES' ? 60_000 : unit === 'MILLISECONDS' ? 1 : 1000);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** `CALL SYSTEM$WAIT(…)`: one row whose column is called as the procedure. */
async function call({ tokens, translation }: Context): Promise<Outcome> {
  const [, name] = tokens;
  if (!isWord(name, 'SYSTEM$WAIT')) throw notCovered('procedures');
  return {
    kind: 'query',
    sql: `SELECT ${translation.sqlOf(tokens.slice(1))} AS "${name?.text ?? ''}"`,
    statementTypeId: types.select,
  };
}

async function explain({ tokens, translation, connection }: Context): Promise<Outcome> {
  const from = tokens.findIndex((token) => isWord(token, 'SELECT', 'WITH'));
  const reader = await connection.runAndReadAll(`EXPLAIN ${translation.sqlOf(tokens.slice(from))}`);
  const [, plan = ''] = (reader.getRowsJS()[0] ?? []) as string[];
  return {
    kind: 'query',
    sql: `SELECT 0 AS "step", ${quoteText(plan)} AS "operation"`,
    statementTypeId: types.select,
  };
}

interface Run {
  setting: Setting;
  query: Query;
  connection: DuckDBConnection;
}

function contextOf({
  setting,
  query,
  tokens,
  binds,
  connection,
}: Run & { tokens: readonly Token[]; binds: Binds }): Context {
  const { session } = query;
  const { account } = setting;
  const scope: Scope = {
    text: query.sqlText,
    binds: binds.rows[0] ?? [],
    current: {
      USER: session.user,
      ROLE: session.role,
      WAREHOUSE: session.warehouse,
      DATABASE: session.database,
      SCHEMA: session.schema,
      SESSION: session.id,
      ACCOUNT: account.name,
      ORGANIZATION: 'DRAWBRIDGE',
      REGION: 'AWS_EU_CENTRAL_1',
      VERSION: '9.32.0',
      STATEMENT: query.sqlText,
      LAST_QUERY: session.history.findLast((one) => one !== query)?.id,
    },
    variables: session.variables,
    results: session.results,
    history: () => historySql(session),
  };
  return {
    account,
    session,
    query,
    connection,
    tokens,
    translation: new Translation(scope),
    bindRows: binds.rows,
    withBinds: (row) => new Translation({ ...scope, binds: row }),
  };
}

/** What INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION tells, newest first. */
function historySql(session: Session): string {
  const rows = session.history
    .toReversed()
    .map((one) =>
      [
        one.id,
        one.sqlText,
        session.id,
        session.user,
        session.role,
        one.parameters.get('QUERY_TAG') ?? '',
        one.status,
        one.error?.code ?? '',
        one.error?.message ?? '',
      ]
        .map(quoteText)
        .join(', '),
    );
  return `SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(', ')}) AS history(QUERY_ID, QUERY_TEXT, SESSION_ID, USER_NAME, ROLE_NAME, QUERY_TAG, EXECUTION_STATUS, ERROR_CODE, ERROR_MESSAGE)`;
}

async function resultOf({
  setting,
  query,
  connection,
  outcome,
}: Run & { outcome: Outcome }): Promise<StatementResult> {
  const { statementTypeId } = outcome;
  const { store, describeOnly } = setting;
  if (outcome.kind === 'rows')
    return {
      columns: outcome.columns.map(({ description }) => description),
      rows: await store.keep(asBatch(describeOnly ? [] : outcome.rows)),
      statementTypeId,
    };
  const prepared = await connection.prepare(outcome.sql);
  const columns = columnsOf(prepared);
  prepared.destroySync();
  const values = columns.map(({ wire }, n) => wire(`c${n}`)).join(', ');
  const names = columns.map((_, n) => `c${n}`).join(', ');
  const sql = `SELECT to_json([${values}])::VARCHAR FROM (${outcome.sql}) AS answer(${names})`;
  const batches = describeOnly ? asBatch([]) : stream(connection, sql, query.signal);
  query.session.results.set(query.id, outcome.sql).set('', outcome.sql);
  return {
    columns: columns.map(({ description }) => description),
    rows: await store.keep(limited(batches, query)),
    statementTypeId,
  };
}

async function* asBatch(rows: readonly (readonly (string | null)[])[]): AsyncGenerator<string[]> {
  if (rows.length > 0) yield rows.map((row) => JSON.stringify(row));
}

async function* stream(
  connection: DuckDBConnection,
  sql: string,
  signal: AbortSignal,
): AsyncGenerator<string[]> {
  const result = await connection.stream(sql);
  for (;;) {
    signal.throwIfAborted();
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    yield chunk.getColumnValues(0) as string[];
  }
}

/** ROWS_PER_RESULTSET ends a result early. */
async function* limited(batches: AsyncIterable<string[]>, query: Query): AsyncGenerator<string[]> {
  let left = Number(query.parameters.get('ROWS_PER_RESULTSET') ?? '0') || Infinity;
  for await (const batch of batches) {
    yield batch.length > left ? batch.slice(0, left) : batch;
    left -= batch.length;
    if (left <= 0) return;
  }
}
