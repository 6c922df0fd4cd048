import type { Transaction } from '../database/database.js';
import type { MovedJob } from './lease.js';

/** How often a job is given to an agent before it is set aside: it may be what kills them. */
export const maxDeliveries = 3;
/** Bounds one look; the rest waits for the next one. */
const batch = 100;

export interface Expired extends MovedJob {
  poolId: string;
  /** queued: the next agent takes it. finished: it was to be cancelled anyway. parked: it was tried often enough. */
  state: 'queued' | 'finished' | 'parked';
}

/** Takes leases that ran out from agents that fell silent. Each is taken once, however many processes look. */
export function takeExpired(tx: Transaction): Promise<Expired[]> {
  return tx.$queryRaw<Expired[]>`
    with expired as (
      select id from "Job" where state = 'leased' and "leaseUntil" <= now()
      order by "leaseUntil" limit ${batch} for update skip locked
    ), judged as (
      select job.id, case
        when job."cancelRequestedAt" is not null then 'finished'
        when job.deliveries >= ${maxDeliveries} then 'parked'
        else 'queued' end as next
      from "Job" as job join expired on job.id = expired.id
    )
    update "Job" as job set state = judged.next, "acceptedAt" = null, "leaseUntil" = null,
      "agentId" = case when judged.next = 'queued' then null else job."agentId" end,
      "finishedAt" = case when judged.next = 'queued' then null else now() end
    from judged where job.id = judged.id
    returning job.id, job."workspaceId", job."runId", job."poolId", job.state`;
}
