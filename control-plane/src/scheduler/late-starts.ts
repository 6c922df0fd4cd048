import { Prisma, type Transaction } from '../database/database.js';
import { tellMissed } from './missed-event.js';
import type { SlotReason } from './slot-reason.js';

/** Bounds one transaction. */
const batch = 200;

/** What there is to know of a run that has not begun, or has begun too late. */
export interface LateStart {
  syncId: string;
  at: Date;
  slots: number;
  workspaceId: string;
  runId: string;
  hasBegun: boolean;
  state: string;
  isPoolPaused: boolean;
  isDestinationPaused: boolean;
  /** An agent of its pool is there. */
  hasAgent: boolean;
  /** One that is there has a free slot. */
  hasRoom: boolean;
  isWorkspaceFull: boolean;
}

/**
 * Looks at each slot that got a run once, at the time by which the run had to begin; a pause of its sync puts that off by as
 * long. Answers with how many it looked at.
 */
export async function settleStarts(tx: Transaction, now: Date): Promise<number> {
  const inTime = await settleThoseInTime(tx, now);
  const late = await takeLate(tx, now);
  const missed = late.map((one) => ({ ...one, reason: reasonOfLate(one) }));
  if (missed.length === 0) return inTime;
  await tx.$executeRaw`
    update "Slot" as slot set "lateAt" = null, reason = said.reason
    from jsonb_to_recordset(${JSON.stringify(missed)}::jsonb) as said ("syncId" uuid, at timestamptz, reason text)
    where slot."syncId" = said."syncId" and slot.at = said.at`;
  await tellMissed(tx, missed);
  return inTime + missed.length;
}

export function reasonOfLate(late: LateStart): SlotReason {
  if (late.hasBegun) return 'scheduler.late';
  if (late.state === 'parked') return 'run.parked';
  if (late.isPoolPaused) return 'pool.paused';
  if (late.isDestinationPaused) return 'destination.paused';
  if (!late.hasAgent) return 'agent.offline';
  if (late.isWorkspaceFull) return 'workspace.full';
  return late.hasRoom ? 'run.not_taken' : 'pool.full';
}

/** By when the run of `slot` had to begin. */
const until = Prisma.sql`greatest(slot."lateAt", sync."resumedAt" + (slot."lateAt" - slot."scheduledAt"))`;

/** Also those whose run ended before it began: somebody cancelled it, or it failed, which is told by itself. */
function settleThoseInTime(tx: Transaction, now: Date): Promise<number> {
  return tx.$executeRaw`
    update "Slot" set "lateAt" = null where ("syncId", at) in (
      select slot."syncId", slot.at from "Slot" as slot join "Sync" as sync on sync.id = slot."syncId"
        left join "Run" as run on run.id = slot."runId"
      where slot."lateAt" <= ${now} and (run.id is null or run."startedAt" <= ${until}
        or run."startedAt" is null and run."finishedAt" is not null)
      order by slot."lateAt" limit ${batch} for update of slot skip locked)`;
}

function takeLate(tx: Transaction, now: Date): Promise<LateStart[]> {
  return tx.$queryRaw<LateStart[]>`
    select slot."syncId", slot.at, slot.slots, slot."workspaceId", run.id as "runId", run.state,
      run."startedAt" is not null as "hasBegun", pool."pausedAt" is not null as "isPoolPaused",
      destination."pausedAt" is not null as "isDestinationPaused",
      exists (select from "Agent" where "poolId" = job."poolId" and presence = 'online') as "hasAgent",
      exists (select from "Agent" as agent where "poolId" = job."poolId" and presence = 'online' and slots > (
        select count(*) from "Job" where "agentId" = agent.id and state = 'leased')) as "hasRoom",
      coalesce(workspace."maxLeasedRuns" <= (select count(*) from "Job"
        where "workspaceId" = workspace.id and state = 'leased' and "runId" is not null), false) as "isWorkspaceFull"
    from "Slot" as slot join "Sync" as sync on sync.id = slot."syncId" join "Run" as run on run.id = slot."runId"
      join "Workspace" as workspace on workspace.id = slot."workspaceId" left join "Job" as job on job."runId" = run.id
      left join "Pool" as pool on pool.id = job."poolId"
      left join "Destination" as destination on destination.id = sync."destinationId"
    where slot."lateAt" <= ${now} and (run."startedAt" > ${until}
      or run."startedAt" is null and run."finishedAt" is null and sync."pausedAt" is null and ${until} < ${now})
    order by slot."lateAt" limit ${batch} for update of slot skip locked`;
}
