/**
 * Rows travel through the agent as bytes, not objects: one line a row, the columns' canonical text
 * separated by TAB and ended by LF. NULL is `\N`; backslash, TAB, LF, CR, backspace, form feed and
 * vertical tab inside a text are escaped as `\\ \t \n \r \b \f \v`. This is Postgres' COPY text format
 * (https://www.postgresql.org/docs/18/sql-copy.html, read 2026-11), so Postgres speaks it unchanged and
 * every other source writes it.
 *
 * Canonical text by type: boolean `t`/`f`; integer and decimal as digits, never rounded; float shortest
 * exact, `NaN`, `Infinity`, `-Infinity`; bytes `\x` and lower-case hex; date `YYYY-MM-DD`; time
 * `HH:MM:SS[.ffffff]`; timestamp `YYYY-MM-DD HH:MM:SS[.ffffff]`; timestamptz the same in UTC with `+00`;
 * uuid lower case; json as the source gave it; array and other as Postgres prints them.
 */
export type ValueType =
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'text'
  | 'bytes'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'interval'
  | 'uuid'
  | 'json'
  | 'array'
  | 'other';

/** A column of a query's result. `vendorType` is the source's own name, recorded to notice drift. */
export interface Column {
  name: string;
  type: ValueType;
  vendorType: string;
}
