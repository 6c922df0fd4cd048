import type { FollowedEnd, SyncEntry } from '@drawbridge/proto';
import type { Transaction } from '../database/database.js';
import type { RunCounts } from './run-report.js';
import type { RunOptions } from './run-options.js';

/** A run that has ended, and a sync that may follow it. */
interface Following {
  syncId: string;
  workspaceId: string;
  spec: unknown;
  runId: string;
  at: Date;
  state: string;
  counts: RunCounts | null;
  options: RunOptions;
}

/**
 * Writes down which syncs start now that these runs have ended: a slot each, which waits for the scheduler. In the transaction
 * that ends the runs, so that a run starts each of its followers once. No sync is locked for it; whoever changes the
 * configuration holds syncs and ends their runs.
 */
export async function tellFollowers(tx: Transaction, runIds: readonly string[]): Promise<void> {
  if (runIds.length === 0) return;
  const following = await followingOf(tx, runIds);
  const slots = following.flatMap(({ spec, ...run }) =>
    isFollowed((spec as SyncEntry).schedule, run) ? [run] : [],
  );
  if (slots.length === 0) return;
  await tx.$executeRaw`
    insert into "Slot" ("syncId", at, "workspaceId", outcome, "upstreamRunId")
    select said."syncId", said.at, said."workspaceId", 'waiting', said."runId"
    from jsonb_to_recordset(${JSON.stringify(slots)}::jsonb) as said (
      "syncId" uuid, at timestamptz, "workspaceId" uuid, "runId" uuid)
    on conflict do nothing`;
}

function followingOf(tx: Transaction, runIds: readonly string[]): Promise<Following[]> {
  return tx.$queryRaw<Following[]>`
    select follower.id as "syncId", follower."workspaceId", follower.spec, run.id as "runId", run."finishedAt" as at,
      run.state, run.counts, run.options
    from "Run" as run join "Sync" as upstream on upstream.id = run."syncId"
      join "Sync" as follower on follower."workspaceId" = run."workspaceId" and follower."runsAfter" = upstream.name
    where run.id = any(${[...runIds]}::uuid[]) and run."finishedAt" is not null and follower."removedAt" is null`;
}

type EndedRun = Pick<Following, 'state' | 'counts' | 'options'>;

/** A run that sent nothing on purpose, or a part, or took back, leaves nothing for others to go on from. */
export function isFollowed(schedule: SyncEntry['schedule'], run: EndedRun): boolean {
  if (schedule.kind !== 'after') return false;
  const { dryRun, canary, undo } = run.options;
  if (dryRun || canary !== undefined || undo !== undefined) return false;
  return hasEnded(run, schedule.when ?? 'success');
}

function hasEnded({ state, counts }: EndedRun, when: FollowedEnd): boolean {
  if (when === 'always' || state === 'succeeded') return true;
  if (when === 'success' || state !== 'completed_with_errors' || !counts) return false;
  return percentRejected(counts) <= when.maxRejected;
}

/** Of what the run came to; what was never answered counts as refused. */
function percentRejected({ sent, skipped, rejected, invalid, uncertain }: RunCounts): number {
  const refused = rejected + invalid + uncertain;
  const all = refused + sent + skipped;
  return all === 0 ? 0 : (refused / all) * 100;
}
