import { randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { AppError } from '../app-error.js';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Database } from './database.js';
import { urlOfRole } from './role.js';

/** Something changed, and who should look. Ids only. */
export type Notice =
  | { kind: 'job_queued'; poolId: string }
  | { kind: 'job_cancelled'; agentId: string; jobId: string }
  | { kind: 'run_updated'; workspaceId: string; runId: string }
  | { kind: 'agent_updated'; workspaceId: string; agentId: string }
  | { kind: 'agent_revoked'; agentId: string }
  | { kind: 'key_wanted'; agentId: string }
  | { kind: 'access_changed' };

const channel = 'drawbridge';
/** Gathers what is said in one go; by then the transaction that it is about has usually ended. */
const gatherMs = 40;
const reconnectMs = 1_000;
/** How often the line says something to itself, and how long it may take to hear that. */
const echoEveryMs = 10_000;
const echoMs = 5_000;
const farewellMs = 1_000;

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
  private line: 'opening' | 'heard' | 'deaf' = 'opening';
  private flushing: Promise<void> | undefined;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /** Whether notices come at present. Opening until the first try has ended; deaf: polling finds what they are about. */
  get lineState(): 'opening' | 'heard' | 'deaf' {
    return this.line;
  }

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
    await this.database.system.$executeRaw`
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
      connectionString: urlOfRole(this.config, 'system', this.config.directDatabaseUrl),
      keepAlive: true,
      connectionTimeoutMillis: echoMs,
      application_name: 'drawbridge notices',
    });
    const over = new Promise<void>((resolve, reject) => {
      client.once('end', resolve).once('error', reject);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const ended = new AbortController();
    try {
      await Promise.race([client.connect(), over]);
      if (signal.aborted) return;
      await Promise.race([this.attend(client, AbortSignal.any([signal, ended.signal])), over]);
    } finally {
      this.line = 'deaf';
      ended.abort();
      // A line that answers nothing would never see our farewell answered.
      await this.within(farewellMs, client.end()).catch(() => undefined);
      client.connection.stream.destroy();
    }
  }

  /** Rejects when the line no longer hears itself: it is half open, or a pooler lent it to somebody else. */
  private async attend(client: pg.Client, signal: AbortSignal): Promise<void> {
    let echo = Promise.withResolvers<void>();
    const own = `${channel}_${randomBytes(8).toString('hex')}`;
    client.on('notification', (notice) => {
      if (notice.channel === own) echo.resolve();
      else this.hear(notice.payload ?? '');
    });
    await this.within(echoMs, client.query(`listen ${channel}; listen ${own}`));
    while (!signal.aborted) {
      echo = Promise.withResolvers<void>();
      await this.within(echoMs, Promise.all([client.query(`notify ${own}`), echo.promise]));
      this.line = 'heard';
      await this.clock.sleep(echoEveryMs, signal).catch(() => undefined);
    }
  }

  private async within(ms: number, work: Promise<unknown>): Promise<void> {
    const done = new AbortController();
    const late = this.clock.sleep(ms, done.signal).then(() => {
      throw new AppError(
        'database.deaf_line',
        'The line for notices hears nothing. Behind a pooler, set DRAWBRIDGE_DIRECT_DATABASE_URL.',
      );
    });
    late.catch(() => undefined);
    work.catch(() => undefined);
    await Promise.race([work, late]).finally(() => done.abort());
  }

  private hear(payload: string): void {
    const notice = JSON.parse(payload) as Notice;
    for (const listener of this.listeners) listener(notice);
  }
}
