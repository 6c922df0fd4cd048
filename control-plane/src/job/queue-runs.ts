import type { Transaction } from '../database/database.js';
import { EventService } from '../event/event.service.js';
import { ordinary } from '../run/run-options.js';
import type { QueuedRun } from './start-run.js';

/** A run that a slot of a schedule asks for. */
export interface SlotRun {
  syncId: string;
  poolId: string;
  slot: Date;
  /** See turn.ts. */
  headStartMs: number;
}

export interface QueuedSlotRun extends QueuedRun {
  workspaceId: string;
  syncId: string;
}

/**
 * Queues many runs, of the current version of their syncs, with their jobs. Answers with those that it queued: none where
 * the sync has a live run, where the slot had its run, or where the sync is gone. Unique indexes decide, so that any
 * number of schedulers agree. Whoever calls holds a lock on the syncs.
 */
export async function queueRuns(
  tx: Transaction,
  runs: readonly SlotRun[],
): Promise<QueuedSlotRun[]> {
  const queued = await insertRuns(tx, runs);
  const detail = { trigger: 'schedule' };
  await EventService.emit(
    tx,
    queued.map(({ id: runId, workspaceId, syncId }) => ({
      kind: 'run.queued',
      workspaceId,
      syncId,
      runId,
      detail,
    })),
  );
  return queued;
}

function insertRuns(tx: Transaction, runs: readonly SlotRun[]): Promise<QueuedSlotRun[]> {
  return tx.$queryRaw`
    with said as (
      select * from jsonb_to_recordset(${JSON.stringify(runs)}::jsonb)
        as said ("syncId" uuid, "poolId" uuid, slot timestamptz, "headStartMs" float8)),
    made as (
      insert into "Run" (id, "workspaceId", "syncId", version, state, trigger, "liveSyncId", slot, options)
      select gen_random_uuid(), sync."workspaceId", sync.id, sync.version, 'queued', 'schedule', sync.id, said.slot,
        ${JSON.stringify(ordinary)}::jsonb
      from said join "Sync" as sync on sync.id = said."syncId" and sync."removedAt" is null
      on conflict do nothing
      returning id, "workspaceId", "syncId"),
    queued as (
      insert into "Job" (id, "workspaceId", "poolId", kind, "runId", "turnAt")
      select gen_random_uuid(), made."workspaceId", said."poolId", 'run_sync', made.id,
        now() - make_interval(secs => said."headStartMs" / 1000)
      from made join said using ("syncId")
      returning "runId", "poolId")
    select made.id, made."workspaceId", made."syncId", queued."poolId" from made join queued on queued."runId" = made.id`;
}
