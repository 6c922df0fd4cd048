import type pg from 'pg';
import type { Batch, LastCheck, Outcome, Target } from '../../connector/destination.js';
import { crashPoint } from '../../crash-point.js';
import { Failure, failureOf } from '../../failure.js';
import { copyIn } from './copy-in.js';
import { Line, inTransaction } from './line.js';
import type { Database } from './line.js';
import { constraintsOf } from './stage-constraints.js';
import { replaceSql } from './replace-sql.js';
import type { StatementParts } from './statements.js';

// loading → every row of the result is in a temporary table, the target is untouched
// lost    → the connection broke, and the temporary table with it: the run ends, the next one starts over
// swapped → in one transaction the target became what was loaded
//
// The rows go through a temporary table and are merged, rather than renamed into place: a renamed table would be another
// one to views, foreign keys, publications and prepared statements, and would lose grants and identity; TRUNCATE shows
// an empty table to transactions that began before, and can't be done where foreign keys point. Merged, readers see the
// old rows or the new ones, never a mixture, and wait for nothing; rows that stay the same are not touched at all.
// A temporary table is nobody else's: a second agent has one of its own, takes the lock after us, and replaces the whole
// again; and a crash leaves nothing behind.

/** A table whose whole content is replaced at once. */
export class Replacement implements Target {
  readonly maxRows = 20_000;
  readonly maxBytes = 2 << 20;
  readonly concurrency = 1;
  private readonly line: Line;
  private readonly loaded = new Set<string>();
  private lost: Failure | undefined;

  private constructor(
    database: Database,
    private readonly client: pg.Client,
    private readonly of: { parts: StatementParts; lastCheck: LastCheck },
  ) {
    this.line = new Line(database, client);
  }

  static async open(
    database: Database,
    client: pg.Client,
    of: { parts: StatementParts; lastCheck: LastCheck },
  ): Promise<Replacement> {
    const { parts } = of;
    await assertReplaceable(client, parts);
    await client.query(replaceSql(parts).createStage);
    for (const constraint of await constraintsOf(client, parts)) await client.query(constraint);
    return new Replacement(database, client, of);
  }

  /** A batch that is loaded already is not loaded again. */
  isRepeatable(): boolean {
    return true;
  }

  async deliver(batch: Batch, signal: AbortSignal): Promise<Outcome[]> {
    // Rows that left are gone by not being in the result.
    if (batch.kind === 'upsert' && !this.loaded.has(batch.idempotencyKey)) {
      const { parts } = this.of;
      const { copyToStage } = replaceSql(parts);
      await this.use((client) => copyIn(client, copyToStage, batch), signal).catch(
        (error: unknown) => {
          const columns = [...parts.key, ...parts.fields].map(({ name }) => name);
          throw failureOf(error).during({ request: { statements: [copyToStage], columns } });
        },
      );
      this.loaded.add(batch.idempotencyKey);
    }
    return Array.from({ length: batch.size }, () => ({ kind: 'accepted' }));
  }

  async finish(signal: AbortSignal): Promise<void> {
    const { parts, lastCheck } = this.of;
    const { analyzeStage, swap } = replaceSql(parts);
    await this.use(async (client) => {
      await client.query(analyzeStage);
      await inTransaction(
        client,
        async () => {
          for (const statement of swap) {
            await client.query(statement);
            crashPoint('finish.statement');
          }
        },
        lastCheck,
      );
    }, signal);
  }

  close(): Promise<void> {
    return this.line.close();
  }

  /** On the one connection that has the loaded rows; after it broke nothing more is done. */
  private use<T>(work: (client: pg.Client) => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.lost) throw this.lost;
    return this.line.use(work, signal).catch((error: unknown) => {
      if (!this.line.is(this.client)) this.lost = lost(error);
      throw error;
    });
  }
}

/** All rows of such a table can't be taken out for a moment, or what refers to them would go as well. */
async function assertReplaceable(client: pg.Client, { table, key }: StatementParts): Promise<void> {
  if (key.length > 0) return;
  const { rows } = await client.query(
    `select 1 from pg_constraint where contype = 'f' and confrelid = to_regclass($1) limit 1`,
    [table.name],
  );
  if (rows.length === 0) return;
  throw new Failure(
    'CONFIG',
    'destination.replace_referenced',
    'Foreign keys refer to the table, so only rows that are others may be replaced. Give the sync a key.',
  );
}

function lost(cause: unknown): Failure {
  return new Failure(
    'TRANSIENT',
    'destination.replace_lost',
    'The connection broke, and what was loaded went with it. Nothing was replaced; the next run starts over.',
    { cause },
  );
}
