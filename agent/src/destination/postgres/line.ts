import type pg from 'pg';
import type { LastCheck } from '../../connector/destination.js';
import { postgresFailure } from '../../connector/postgres-wire.js';
import { crashPoint } from '../../crash-point.js';
import type { Failure } from '../../failure.js';

export interface Database {
  connect(): Promise<pg.Client>;
  /** Stops the statement that a connection is busy with. */
  cancel(client: pg.Client): Promise<void>;
}

/** One connection, for one piece of work after the other; made anew after it broke. */
export class Line {
  constructor(
    private readonly database: Database,
    private client: pg.Client | undefined,
  ) {}

  /** A connection that broke on the way is lost; an aborted signal cancels the statement. */
  async use<T>(work: (client: pg.Client) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const client = (this.client ??= await this.database.connect());
    const stop = (): void => void this.database.cancel(client).catch(() => undefined);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await work(client);
    } catch (error) {
      const failure = postgresFailure(error, 'destination', 'no_answer');
      if (isLineLost(failure) || signal.aborted) this.drop();
      // Cancelled, the statement was rolled back; only a broken line leaves it open what became of it.
      if (failure.code !== 'destination.no_answer') signal.throwIfAborted();
      throw failure;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Whether it is still the same connection. */
  is(client: pg.Client): boolean {
    return this.client === client;
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
  }

  private drop(): void {
    void this.client?.end().catch(() => undefined);
    this.client = undefined;
  }
}

/** Broken (`no_answer`), or ended by the server, which has rolled back what was under way (`unreachable`). */
export function isLineLost({ code }: Failure): boolean {
  return code === 'destination.no_answer' || code === 'destination.unreachable';
}

/** All or nothing; nothing when the last check throws. */
export async function inTransaction<T>(
  client: pg.Client,
  work: () => Promise<T>,
  lastCheck?: LastCheck,
): Promise<T> {
  try {
    await client.query('begin');
    const result = await work();
    if (lastCheck) crashPoint('batch.leaving');
    lastCheck?.();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
