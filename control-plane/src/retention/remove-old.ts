import { AuditService, systemOf } from '../audit/audit.service.js';
import type { Transaction } from '../database/database.js';

/** Rows that one statement removes at most, so that none holds many locks or runs for long. */
const batch = 500;

/** Whether there may be more. */
export type Step = 'more' | 'done';

/**
 * Runs that are over and older than their workspace keeps them, oldest first, with all that is known of them. What they came
 * to in counts stays in UsageDay. Replicas pass over what another one removes.
 */
export async function removeOldRuns(tx: Transaction): Promise<Step> {
  const removed = await tx.$executeRaw`
    with old as (
      select run.id from "Workspace" as workspace cross join lateral (
        select id from "Run"
        where "workspaceId" = workspace.id and "finishedAt" < now() - make_interval(days => workspace."retentionDays")
        order by "finishedAt" limit ${batch} for update skip locked) as run
      limit ${batch})
    delete from "Run" as run using old where run.id = old.id`;
  return removed < batch ? 'done' : 'more';
}

/** Requests of the REST API that nobody may repeat any more. */
export async function removeOldRequests(tx: Transaction): Promise<Step> {
  const removed = await tx.$executeRaw`
    delete from "RestRequest" where ("workspaceId", key) in (
      select "workspaceId", key from "RestRequest" where "createdAt" < now() - interval '24 hours'
      limit ${batch} for update skip locked)`;
  return removed < batch ? 'done' : 'more';
}

interface Forgotten {
  workspaceId: string;
  first: bigint;
  last: bigint;
}

/**
 * The oldest entries of one audit log that is kept longer than its workspace says, in whole days. The database's function
 * decides what is old, and is the only way to remove an entry. What it removed is the log's next entry.
 */
export async function removeOldEntries(tx: Transaction): Promise<Step> {
  const [forgotten] = await tx.$queryRaw<Forgotten[]>`
    select workspace.id as "workspaceId", gone.first, gone.last
    from (select workspace.id from "Workspace" as workspace
      where (select "createdAt" from "AuditEntry" as entry where entry."workspaceId" = workspace.id
        order by sequence limit 1) < date_trunc('day', now(), 'UTC') - make_interval(days => workspace."auditRetentionDays")
      limit 1) as workspace, audit_forget(workspace.id, ${batch}::int) as gone`;
  if (!forgotten?.first) return 'done';
  const { workspaceId, first, last } = forgotten;
  await AuditService.record(tx, systemOf(workspaceId, 'retention'), {
    action: 'audit.remove',
    subject: { kind: 'audit' },
    after: { first: Number(first), last: Number(last) },
  });
  return 'more';
}
