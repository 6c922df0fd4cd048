import { Injectable } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Database } from './database.js';
import { migrationNames } from './migration-files.js';
import { Notices } from './notices.js';

/** Whoever asks has little patience, and gets an answer whatever the database does. */
const patienceMs = 2_000;

/** What this process has of its database. `opening` and `deaf` are of the line for notices. */
export type Standing = 'ok' | 'unreachable' | 'old_schema' | 'opening' | 'deaf';

@Injectable()
export class DatabaseStanding {
  /** A schema that was new enough once stays so. */
  private isMigrated = false;

  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  /** Never rejects, and takes 2 s at most. */
  async now(): Promise<Standing> {
    const done = new AbortController();
    const late = this.clock.sleep(patienceMs, done.signal).then(() => 'unreachable' as const);
    const asked = this.ask().catch(() => 'unreachable' as const);
    const standing = await Promise.race([asked, late.catch(() => 'unreachable' as const)]);
    done.abort();
    return standing;
  }

  private async ask(): Promise<Standing> {
    await this.database.system.$queryRaw`select 1`;
    this.isMigrated ||= await this.knowsEveryMigration();
    if (!this.isMigrated) return 'old_schema';
    return this.notices.lineState === 'heard' ? 'ok' : this.notices.lineState;
  }

  /** More than we know is well: a newer release may have begun to take over. */
  private async knowsEveryMigration(): Promise<boolean> {
    const applied = await this.database.system.$queryRaw<{ name: string }[]>`
      select migration_name as name from _prisma_migrations where finished_at is not null`;
    const names = new Set(applied.map(({ name }) => name));
    return (await migrationNames()).every((name) => names.has(name));
  }
}
