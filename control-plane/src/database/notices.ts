import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Database } from './database.js';

/** Something changed, and who should look. Ids only. */
export type Notice =
  | { kind: 'job_queued'; poolId: string }
  | { kind: 'job_cancelled'; agentId: string; jobId: string }
  | { kind: 'run_updated'; workspaceId: string; runId: string }
  | { kind: 'agent_updated'; workspaceId: string; agentId: string }
  | { kind: 'agent_revoked'; agentId: string };

const channel = 'drawbridge';
/** Gathers what is said in one go; by then the transaction that it is about has usually ended. */
const gatherMs = 40;
const reconnectMs = 1_000;

/**
 * Hints between the processes of a control plane, over Postgres LISTEN and NOTIFY on a connection of its own. A notice may
 * come early, twice or never: whoever waits for one also looks by himself now and then.
 */
@Injectable()
export class Notices implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Notices.name);
  private readonly listeners = new Set<(notice: Notice) => void>();
  private readonly stop = new AbortController();
  private readonly gathered = new Set<string>();
  private flushing: Promise<void> | undefined;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /** Resolves at once; the notice leaves a little later, together with its neighbours. */
  async publish(notice: Notice): Promise<void> {
    this.gathered.add(JSON.stringify(notice));
    this.flushing ??= this.flushSoon();
  }

  subscribe(listener: (notice: Notice) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onApplicationBootstrap(): void {
    this.ended = this.listen(this.stop.signal);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await Promise.all([this.ended, this.flushing]);
  }

  private async flushSoon(): Promise<void> {
    await this.clock.sleep(gatherMs, this.stop.signal).catch(() => undefined);
    const texts = [...this.gathered];
    this.gathered.clear();
    this.flushing = undefined;
    await this.database.$executeRaw`
      select pg_notify(${channel}, text) from unnest(${texts}::text[]) as text`.catch(
      (error: unknown) =>
        this.logger.warn({ err: error }, 'A notice was lost; polling will find what it was about'),
    );
  }

  private async listen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.listenOnce(signal).catch((error: unknown) =>
        this.logger.warn({ err: error }, 'The line for notices broke; connecting again'),
      );
      if (!signal.aborted) await this.clock.sleep(reconnectMs, signal).catch(() => undefined);
    }
  }

  /** Resolves or rejects when the connection is over. */
  private async listenOnce(signal: AbortSignal): Promise<void> {
    const client = new pg.Client({
      connectionString: this.config.databaseUrl,
      keepAlive: true,
      application_name: 'drawbridge notices',
    });
    const over = new Promise<void>((resolve, reject) => {
      client.once('end', resolve).once('error', reject);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    client.on('notification', ({ payload = '' }) => this.hear(payload));
    try {
      await Promise.race([client.connect(), over]);
      if (signal.aborted) return;
      await client.query(`listen ${channel}`);
      await over;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private hear(payload: string): void {
    const notice = JSON.parse(payload) as Notice;
    for (const listener of this.listeners) listener(notice);
  }
}
