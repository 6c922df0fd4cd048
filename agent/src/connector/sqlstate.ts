import type { FailureKind } from '../failure.js';

/** What an SQLSTATE asks for. Classes: https://www.postgresql.org/docs/18/errcodes-appendix.html (read 2026-11). */
export interface StateMeaning {
  kind: FailureKind;
  /** The second half of a failure code. */
  what: 'unreachable' | 'busy' | 'auth_failed' | 'forbidden' | 'invalid' | 'rejected' | 'cancelled';
}

const byState: Record<string, StateMeaning> = {
  '42501': { kind: 'CONFIG', what: 'forbidden' }, // insufficient privilege
  '25006': { kind: 'CONFIG', what: 'forbidden' }, // read-only transaction
  '25P03': { kind: 'TRANSIENT', what: 'unreachable' }, // idle in a transaction: the server ends the session
  '55P03': { kind: 'TRANSIENT', what: 'busy' }, // lock not available
  '57014': { kind: 'TRANSIENT', what: 'cancelled' }, // query cancelled, statement timeout
  P0001: { kind: 'REJECTED', what: 'rejected' }, // raised by a trigger
};

const byClass: Record<string, StateMeaning> = {
  '08': { kind: 'TRANSIENT', what: 'unreachable' }, // connection; once it was made, see isLeftOpen
  '21': { kind: 'REJECTED', what: 'rejected' }, // cardinality: one key twice in a statement
  '22': { kind: 'REJECTED', what: 'rejected' }, // data
  '23': { kind: 'REJECTED', what: 'rejected' }, // integrity constraint
  '25': { kind: 'TRANSIENT', what: 'busy' }, // transaction state
  '28': { kind: 'CONFIG', what: 'auth_failed' },
  '40': { kind: 'TRANSIENT', what: 'busy' }, // deadlock, serialization
  '44': { kind: 'REJECTED', what: 'rejected' }, // with check option
  '53': { kind: 'TRANSIENT', what: 'busy' }, // resources
  '57': { kind: 'TRANSIENT', what: 'unreachable' }, // shutdown
};

/** Whatever the table does not name needs a person: wrong names, wrong types, missing databases. */
export function meaningOf(sqlState: string): StateMeaning {
  return byState[sqlState] ?? byClass[sqlState.slice(0, 2)] ?? { kind: 'CONFIG', what: 'invalid' };
}

/** Said of a statement that was under way: the line to the database is lost, and with it what became of the statement. */
export function isLeftOpen(sqlState: string): boolean {
  return sqlState.startsWith('08') || sqlState === '40003';
}
