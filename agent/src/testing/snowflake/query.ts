import { randomUUID } from 'node:crypto';
import type { ColumnDescription } from './result/columns.js';
import type { StoredRows } from './result/result-store.js';
import type { Session } from './session.js';
import { SnowflakeError, canceled } from './snowflake-error.js';

/** What a statement gave. */
export interface StatementResult {
  columns: ColumnDescription[];
  rows: StoredRows;
  statementTypeId: number;
  /** The queries of a text with many statements. */
  children?: Query[];
}

export type QueryStatus = 'RUNNING' | 'SUCCESS' | 'FAILED_WITH_ERROR' | 'ABORTED';

/**
 * One statement: RUNNING from the start, then SUCCESS with a result, FAILED_WITH_ERROR, or ABORTED when someone cancelled
 * it. It runs on when those who asked have gone away.
 */
export class Query {
  readonly id: string = randomUUID();
  readonly startedAt = Date.now();
  readonly #abort = new AbortController();
  endedAt: number | undefined;
  status: QueryStatus = 'RUNNING';
  result: StatementResult | undefined;
  error: SnowflakeError | undefined;
  done: Promise<void> = Promise.resolve();

  constructor(
    readonly session: Session,
    readonly requestId: string,
    readonly sqlText: string,
    /** The session's parameters as they hold for this statement. */
    readonly parameters: ReadonlyMap<string, string>,
  ) {}

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  begin(work: () => Promise<StatementResult>): void {
    this.done = this.#run(work);
  }

  /** Ends it, with `reason` as its error; one that has ended stays as it is. */
  cancel(reason: SnowflakeError = canceled()): void {
    this.#abort.abort(reason);
  }

  /** Whether it has ended within the time. */
  async endsWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([this.done, late]);
    clearTimeout(timer);
    return this.status !== 'RUNNING';
  }

  async #run(work: () => Promise<StatementResult>): Promise<void> {
    try {
      this.result = await work();
      this.status = 'SUCCESS';
    } catch (error) {
      const reason = this.signal.aborted ? (this.signal.reason as unknown) : error;
      this.error =
        reason instanceof SnowflakeError
          ? reason
          : new SnowflakeError(
              '000603',
              'XX000',
              `SQL execution internal error: ${String(reason)}`,
            );
      this.status = this.error.code === '000604' ? 'ABORTED' : 'FAILED_WITH_ERROR';
    }
    this.endedAt = Date.now();
  }
}
