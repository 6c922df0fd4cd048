import type { Transaction } from '../database/database.js';
import { approvalPatienceMs } from '../job/run-queue.service.js';
import { heldStates } from '../run/run-state.js';

export interface DueSync {
  id: string;
  workspaceId: string;
  spec: unknown;
  createdAt: Date;
  /** The oldest slot that has come. */
  slot: Date;
  /** When its last run ended; null when none did. */
  freeSince: Date | null;
  /** When its last pause ended. */
  resumedAt: Date | null;
  /** Of its live run; null when it has none. */
  liveState: string | null;
  /** Null when nobody has made the pool of its source. */
  poolId: string | null;
  /** Its live run has waited for a person for more than a day. */
  isHeldLong: boolean;
}

/**
 * Syncs whose time has come, each held by one scheduler until its transaction ends. Workspaces take turns: the first due
 * sync of each, then the second ones. Those to a destination that is paused keep their slots. One that wants its slots kept
 * is left out while a run is live. A weaker lock than `for update`: that one also stops whoever points at the sync, such as
 * a run that ends, while this waits to see whether it does.
 */
export function takeDueSyncs(tx: Transaction, now: Date, limit: number): Promise<DueSync[]> {
  return tx.$queryRaw<DueSync[]>`
    with due as materialized (
      select sync.id, held.long, row_number() over (partition by sync."workspaceId" order by "nextRunAt", sync.id) as turn
      from "Sync" as sync left join "Run" as live on live."liveSyncId" = sync.id
        left join "Destination" as destination on destination.id = sync."destinationId"
        cross join lateral (select coalesce(live.state = any(${[...heldStates]})
          and live."waitingSince" <= now() - make_interval(secs => ${approvalPatienceMs}::float8 / 1000), false)) as held(long)
      where "nextRunAt" <= ${now} and "removedAt" is null and sync."pausedAt" is null and destination."pausedAt" is null
        and (live.id is null or held.long or coalesce(sync.spec->>'overlap', '') <> 'queue' and coalesce(sync.spec->>'catchUp', '') <> 'all'))
    select sync.id, sync."workspaceId", sync.spec, sync."createdAt", sync."nextRunAt" as slot, sync."resumedAt",
      pool.id as "poolId", due.long as "isHeldLong", (
        select state from "Run" where "liveSyncId" = sync.id) as "liveState", (
        select "finishedAt" from "Run" where "syncId" = sync.id order by "createdAt" desc limit 1) as "freeSince"
    from due join "Sync" as sync on sync.id = due.id
      join "Model" as model on model.id = sync."modelId" join "Source" as source on source.id = model."sourceId"
      join "Destination" as destination on destination.id = sync."destinationId"
      left join "Pool" as pool on pool."workspaceId" = sync."workspaceId" and pool.name = source."poolName"
    where sync."nextRunAt" <= ${now} and sync."removedAt" is null and sync."pausedAt" is null
      and destination."pausedAt" is null
    order by due.turn, sync."nextRunAt" limit ${limit}
    for no key update of sync skip locked`;
}

/** The first slot after a moment, of whichever sync. What came earlier and still stands waits for something else. */
export async function nextSlot(tx: Transaction, after: Date): Promise<Date | undefined> {
  const [first] = await tx.$queryRaw<{ next: Date | null }[]>`
    select min("nextRunAt") as next from "Sync" where "nextRunAt" > ${after}`;
  return first?.next ?? undefined;
}

export async function setNextRuns(
  tx: Transaction,
  times: readonly { id: string; next: Date | null }[],
): Promise<void> {
  await tx.$executeRaw`
    update "Sync" as sync set "nextRunAt" = said.next
    from jsonb_to_recordset(${JSON.stringify(times)}::jsonb) as said (id uuid, next timestamptz)
    where sync.id = said.id`;
}

/** Of these, the ones with a live run. */
export async function busySyncs(
  tx: Transaction,
  syncIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const live = await tx.run.findMany({
    where: { liveSyncId: { in: [...syncIds] } },
    select: { syncId: true },
  });
  return new Set(live.map(({ syncId }) => syncId));
}
