import { Prisma, type Transaction } from '../database/database.js';

/** What may hold because time has passed, for how long it has. The rules say whether that is too long. */
export interface Lasting {
  kind: 'duration' | 'waiting' | 'agent_offline' | 'no_success';
  workspaceId: string;
  syncId: string | null;
  /** Of the sync. */
  name: string | null;
  runId: string | null;
  agentId: string | null;
  poolId: string | null;
  since: Date;
  /** By the database's time. */
  lastedMs: number;
}

const none = Prisma.sql`null::uuid`;
const lastedMs = (since: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`${since} as since, (extract(epoch from now() - ${since}) * 1000)::float8 as "lastedMs"`;

/** Runs that agents have, runs that wait for approval, and agents that are away: all of the installation. */
export function lastingThings(tx: Transaction): Promise<Lasting[]> {
  return tx.$queryRaw<Lasting[]>`
    select case run.state when 'waiting_approval' then 'waiting' else 'duration' end as kind, run."workspaceId",
      run."syncId", sync.name, run.id as "runId", ${none} as "agentId", ${none} as "poolId",
      ${lastedMs(Prisma.sql`coalesce(run."waitingSince", run."startedAt")`)}
    from "Run" as run join "Sync" as sync on sync.id = run."syncId"
    where run."liveSyncId" is not null and (run.state = 'waiting_approval'
      or run.state = 'running' and run."startedAt" is not null
        and not (run.options @> '{"dryRun": true}' or run.options @> '{"verify": true}'))
    union all
    select 'agent_offline', "workspaceId", ${none}, null, ${none}, id, "poolId", ${lastedMs(Prisma.sql`"lastSeenAt"`)}
    from "Agent" where presence = 'offline' and "revokedAt" is null and "lastSeenAt" is not null`;
}

/** Syncs of these workspaces that are to run, and since when none of their runs has gone through. */
export function unsuccessfulSyncs(
  tx: Transaction,
  workspaceIds: readonly string[],
): Promise<Lasting[]> {
  return tx.$queryRaw<Lasting[]>`
    select 'no_success' as kind, sync."workspaceId", sync.id as "syncId", sync.name, ${none} as "runId",
      ${none} as "agentId", ${none} as "poolId",
      ${lastedMs(Prisma.sql`coalesce(last."finishedAt", sync."createdAt")`)}
    from "Sync" as sync left join lateral (
      select "finishedAt" from "Run" where "syncId" = sync.id and state in ('succeeded', 'completed_with_errors')
        and not (options @> '{"dryRun": true}' or options @> '{"verify": true}')
      order by "createdAt" desc limit 1
    ) as last on true
    where sync."workspaceId" = any(${[...workspaceIds]}::uuid[]) and sync."removedAt" is null and sync."pausedAt" is null`;
}
