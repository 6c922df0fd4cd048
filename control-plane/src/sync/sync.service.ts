import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import { cursorOf, pageOf, pageSize, placeOf, type Page, type PageRequest } from '../page/page.js';
import { syncOf } from './sync-of.js';
import { pauseReasonOf } from './pause-reason.js';
import type { PauseSyncInput, Sync } from './sync.model.js';

const whole = { model: { include: { source: true } }, destination: true } as const;

@Injectable()
export class SyncService {
  constructor(private readonly database: Database) {}

  /** By name. */
  async page({ workspaceId }: Caller, request: PageRequest): Promise<Page<Sync>> {
    const size = pageSize(request);
    const [after] = request.after ? placeOf(request.after, 1) : [];
    const rows = await this.database.of(workspaceId).sync.findMany({
      where: { workspaceId, removedAt: null, ...(after !== undefined && { name: { gt: after } }) },
      orderBy: { name: 'asc' },
      take: size + 1,
      include: whole,
    });
    return pageOf(rows.flatMap(present), size, ({ name }) => cursorOf([name]));
  }

  async find({ workspaceId }: Caller, name: string): Promise<Sync | null> {
    const row = await this.database.of(workspaceId).sync.findFirst({
      where: { workspaceId, name, removedAt: null },
      include: whole,
    });
    return (row && present(row)[0]) ?? null;
  }

  /** Its schedule starts no run until it is resumed; again does nothing. */
  async pause(caller: Caller, name: string, reason?: string | null): Promise<Sync> {
    await this.setPaused(caller, { sync: name, reason: reason ?? null }, true);
    return this.there(caller, name);
  }

  /** A slot that has passed meanwhile is made up for at once. */
  async resume(caller: Caller, name: string): Promise<Sync> {
    await this.setPaused(caller, { sync: name }, false);
    return this.there(caller, name);
  }

  private async setPaused(caller: Caller, input: PauseSyncInput, paused: boolean): Promise<void> {
    const { workspaceId } = caller;
    const name = input.sync;
    const reason = pauseReasonOf(input, paused);
    await this.database.of(workspaceId).$transaction(async (tx) => {
      const [sync] = await tx.$queryRaw<{ id: string }[]>`
        update "Sync" set "pausedAt" = case when ${paused} then now() end, "pauseReason" = ${reason},
          "resumedAt" = case when ${paused} then "resumedAt" else now() end
        where "workspaceId" = ${workspaceId}::uuid and name = ${name} and "removedAt" is null
          and ("pausedAt" is null) = ${paused}
        returning id`;
      if (!sync) return;
      await AuditService.record(tx, caller, {
        action: paused ? 'sync.pause' : 'sync.resume',
        subject: { kind: 'sync', id: sync.id, name },
        before: { paused: !paused },
        after: { paused, ...(reason !== null && { reason }) },
      });
    });
  }

  private async there(caller: Caller, name: string): Promise<Sync> {
    const sync = await this.find(caller, name);
    if (sync) return sync;
    throw syncNotFound(name);
  }

  /** Also of a sync that was removed: its runs stay readable. */
  async idOf({ workspaceId }: Caller, name: string): Promise<string> {
    const row = await this.database.of(workspaceId).sync.findUnique({
      where: { workspaceId_name: { workspaceId, name } },
      select: { id: true },
    });
    if (row) return row.id;
    throw syncNotFound(name);
  }
}

export const syncNotFound = (name: string): AppError =>
  new AppError('sync.not_found', `There is no sync "${name}".`);

type Row = Parameters<typeof syncOf>[0];

/** A sync that is part of the configuration has a model and a destination. */
function present({
  model,
  destination,
  ...row
}: Omit<Row, 'model' | 'destination'> & {
  model: Row['model'] | null;
  destination: Row['destination'] | null;
}): Sync[] {
  return model && destination ? [syncOf({ ...row, model, destination })] : [];
}
