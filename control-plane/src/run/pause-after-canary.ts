import type { Transaction } from '../database/database.js';

/**
 * A canary is there to be looked at, so nothing more leaves until somebody has: once it has begun, its sync is paused
 * when it ends, unless it came to every row without a failure. What it left is found again by the next run.
 */
export async function pauseAfterCanary(tx: Transaction, runId: string): Promise<void> {
  await tx.$executeRaw`
    update "Sync" as sync set "pausedAt" = coalesce(sync."pausedAt", now())
    from "Run" as run
    where run.id = ${runId}::uuid and sync.id = run."syncId" and run."finishedAt" is not null
      and run.options ? 'canary' and run.options -> 'dryRun' = 'false'::jsonb and run."startedAt" is not null
      and (run.state in ('failed', 'cancelled') or coalesce((run.counts ->> 'pending')::bigint, 0) > 0)`;
}
