import type { ConnectionOptions } from 'snowflake-sdk';

/** What the agent's own thread and the driver's thread say to each other. */

/** Plain data, so that it crosses between threads. */
export type SignIn = Pick<
  ConnectionOptions,
  | 'account'
  | 'accessUrl'
  | 'username'
  | 'authenticator'
  | 'password'
  | 'token'
  | 'privateKey'
  | 'warehouse'
  | 'role'
  | 'database'
  | 'schema'
  | 'queryTag'
>;

/** How long to wait for the warehouse, in milliseconds. */
export interface Patience {
  signInMs: number;
  /** For a small statement. */
  statementMs: number;
  /** While nothing comes of an answer. Snowflake holds one back for some 45 s before it says that a query still runs. */
  stillMs: number;
  /** Before each new try of a request that nobody answered. */
  pausesMs: readonly number[];
  /** For ending what runs, and the session. */
  goodbyeMs: number;
}

/** A column of a result as the driver names it: `fixed`, `real`, `text`, `timestamp_tz`, … */
export interface DriverColumn {
  name: string;
  type: string;
  precision: number | null;
  scale: number | null;
}

/** A small result; names as the server writes them. */
export type SmallRows = readonly Readonly<Record<string, unknown>>[];

export interface Answers {
  signIn: { ask: 'signIn'; signIn: SignIn; patience: Patience };
  run: { ask: 'run'; sql: string };
  describe: { ask: 'describe'; sql: string };
  /** Answered when all pieces are told, with the number of rows. */
  read: { ask: 'read'; sql: string; columns: number };
  /** A statement that may take long and whose result is small. */
  finish: { ask: 'finish'; sql: string };
  close: { ask: 'close' };
}
export interface Results {
  signIn: undefined;
  run: SmallRows;
  describe: readonly DriverColumn[];
  read: number;
  finish: SmallRows;
  close: undefined;
}
export type Ask = keyof Answers;
export type Asked = Answers[Ask] & { id: number };

/** The reader has room for another piece. */
export interface More {
  more: number;
}

export type Told =
  | { id: number; value: Results[Ask] }
  | { id: number; piece: Uint8Array }
  | { id: number; trouble: Trouble };

/** What went wrong, before anybody has said what it means. */
export interface Trouble {
  /** `server`: it answered, and refused. `line`: nobody answered, or not to the end. `policy`: nobody was asked. */
  kind: 'server' | 'line' | 'rows' | 'bug' | 'policy';
  /** Of the server or of the driver. */
  code: string;
  sqlState: string;
  text: string;
}
