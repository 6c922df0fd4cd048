import type { Operation } from './operation.js';
import type { Stored } from './stored.js';

/** A record that is about to be written, as `isLocked` is asked about it. */
export interface TouchedRow {
  operation: Operation;
  via: 'rest' | 'bulk';
  object: string;
  /** Of a record that is there. */
  id: string | undefined;
  fields: Readonly<Record<string, Stored>>;
  /** How often it was locked before. */
  lockedBefore: number;
  /** Writing requests and jobs that are under way, this one among them. */
  underWay: number;
}

/** How the server feels. May be changed at any time. */
export interface Moods {
  /** True: UNABLE_TO_LOCK_ROW for this row, this time. */
  isLocked?: ((row: TouchedRow) => boolean) | undefined;
  /** Requests a day; what is over it is refused with REQUEST_LIMIT_EXCEEDED. */
  dailyRequests: number;
  /** Batches of up to 10,000 rows a day that jobs may have. */
  dailyBatches: number;
  /** Records that the org has room for; more are refused with STORAGE_LIMIT_EXCEEDED. As many as come, unless given. */
  storedRecords?: number | undefined;
  /** The edition has no API: every request with a session is refused with API_DISABLED_FOR_ORG. */
  isApiDisabled?: boolean | undefined;
  /** A job does this many rows at each look at it and none in between; all of them by itself, unless given. */
  rowsPerLook?: number | undefined;
  /** The next jobs fail after so many rows; what is left is unprocessed. */
  jobFailures: { afterRows: number; message: string }[];
}

export const calm = (): Moods => ({
  dailyRequests: 1_000_000,
  dailyBatches: 15_000,
  jobFailures: [],
});

/** What happens to a request instead of, or after, what it asks for. */
export type Trouble =
  /** Its session is over, and every later request with it is refused, too. */
  | { kind: 'expire' }
  /** The line is cut, before the request took effect or after it. */
  | { kind: 'cut'; when: 'before' | 'after' }
  /** It is answered so, and does nothing. */
  | {
      kind: 'answer';
      status: number;
      code: string;
      message: string;
      headers?: Readonly<Record<string, string>>;
    };

export const unavailable: Trouble = {
  kind: 'answer',
  status: 503,
  code: 'SERVER_UNAVAILABLE',
  message: 'We are experiencing a temporary service interruption. Please retry your request.',
};

export const limitExceeded: Trouble = {
  kind: 'answer',
  status: 403,
  code: 'REQUEST_LIMIT_EXCEEDED',
  message: 'TotalRequests Limit exceeded.',
};
