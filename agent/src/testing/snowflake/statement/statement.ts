import type { DuckDBConnection } from '@duckdb/node-api';
import type { Account } from '../account.js';
import type { Query } from '../query.js';
import type { Column } from '../result/columns.js';
import { textColumn } from '../result/columns.js';
import type { Session } from '../session.js';
import type { Token } from '../sql/tokens.js';
import type { Translation } from '../sql/translate.js';

/** What a statement has at hand while it runs. */
export interface Context {
  account: Account;
  session: Session;
  query: Query;
  /** Its own, or the transaction's. */
  connection: DuckDBConnection;
  /** The statement's words without its semicolon. */
  tokens: readonly Token[];
  translation: Translation;
  /** Rows of binds, for a statement that is done once for each. */
  bindRows: readonly (readonly string[])[];
  /** Makes a translation with other binds. */
  withBinds(binds: readonly string[]): Translation;
}

/** A query of DuckDB whose rows are the answer, or rows that are at hand. */
export type Outcome =
  | { kind: 'query'; sql: string; statementTypeId: number }
  | { kind: 'rows'; columns: Column[]; rows: (string | null)[][]; statementTypeId: number };

export type Statement = (context: Context) => Promise<Outcome>;

/** Kinds of statements in the driver's numbers; `connection/result/statement_type.js` of the driver has those of DML. */
export const types = {
  select: 0x1000,
  insert: 0x3100,
  update: 0x3200,
  delete: 0x3300,
  merge: 0x3400,
  multiInsert: 0x3500,
  copy: 0x3600,
  unload: 0x3700,
  session: 0x4000,
  transaction: 0x5000,
  ddl: 0x6000,
  createTable: 0x6011,
  show: 0x1000,
  multi: 0xa000,
};

export const statusOf = (status: string, statementTypeId: number = types.ddl): Outcome => ({
  kind: 'rows',
  columns: [textColumn('status')],
  rows: [[status]],
  statementTypeId,
});

export const succeeded = (statementTypeId: number): Outcome =>
  statusOf('Statement executed successfully.', statementTypeId);
