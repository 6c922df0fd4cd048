import type { Transaction } from '../database/database.js';
import type { MovedJob } from './lease.js';

/** The first lease and three more, then it is set aside: it may be what kills its agents. */
export const maxDeliveries = 4;
/** Bounds one look; the rest waits for the next one. */
const batch = 100;

export interface Expired extends MovedJob {
  poolId: string;
  /** Whose lease it was. */
  agentId: string;
  leasedAt: Date;
  lapsedAt: Date;
  /** queued: the next agent takes it. finished: it was to be cancelled anyway. parked: it was tried often enough. */
  state: 'queued' | 'finished' | 'parked';
}

/** Takes leases that ran out from agents that fell silent. Each is taken once, however many processes look. */
export function takeExpired(tx: Transaction): Promise<Expired[]> {
  return tx.$queryRaw<Expired[]>`
    with expired as (
      select id, "agentId", "leasedAt", "leaseUntil", case
        when "cancelRequestedAt" is not null then 'finished'
        when deliveries >= ${maxDeliveries} then 'parked'
        else 'queued' end as next
      from "Job" where state = 'leased' and "leaseUntil" <= now()
      order by "leaseUntil" limit ${batch} for update skip locked
    )
    update "Job" as job set state = expired.next, "acceptedAt" = null, "leaseUntil" = null,
      "agentId" = case when expired.next <> 'queued' then job."agentId" end,
      "finishedAt" = case when expired.next <> 'queued' then now() end
    from expired where job.id = expired.id
    returning job.id, job."workspaceId", job."runId", job."poolId", job.state, expired."agentId",
      coalesce(expired."leasedAt", job."createdAt") as "leasedAt", expired."leaseUntil" as "lapsedAt"`;
}

/** How long an answer waits for whoever asked; see `ConnectionService`. */
const keptSeconds = 60;

/** What is done and was not deleted at once: its run has ended since by a person's word, or its answer was read. */
export async function forgetFinished(tx: Transaction): Promise<void> {
  await tx.$executeRaw`
    delete from "Job" where id in (
      select job.id from "Job" as job left join "Run" as run on run.id = job."runId"
      where job.state in ('finished', 'parked') and case when job."runId" is null
        then job."finishedAt" < now() - make_interval(secs => ${keptSeconds}::float8)
        else run."liveSyncId" is null end
      order by job.id limit ${batch} for update of job skip locked)`;
}
