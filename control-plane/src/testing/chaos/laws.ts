import type { Lease } from '../steady-agent.js';
import type { Record } from './record.js';
import { everySeconds, startWithinSeconds } from './syncs.js';

export interface Broken {
  law: string;
  /** How often. */
  times: number;
}

/** What must hold when all is over, each as SQL that finds where it does not. */
const laws: Readonly<{ [law: string]: string }> = {
  'every run ends': `select id from "Run" where "finishedAt" is null or "liveSyncId" is not null`,
  'no run ends twice': `select run from chaos_run where ends group by run having count(*) > 1`,
  'no run moves after its end': `select run from chaos_run where revives`,
  'no run fails': `select id from "Run" where state in ('failed', 'completed_with_errors')`,
  'every slot has its run': `select * from chaos_slot as asked where not exists (
      select from "Run" as run where run."syncId" = asked.sync and run.slot = asked.slot)`,
  'no slot has two runs': `select "syncId", slot from "Run" where slot is not null
      group by "syncId", slot having count(*) > 1`,
  'no run has a slot that never was': `select id from "Run" as run where slot is not null and not exists (
      select from chaos_slot as asked where run."syncId" = asked.sync and run.slot = asked.slot) and not exists (
      select from "Slot" as slot join "Sync" as sync on sync.id = slot."syncId" and sync.name !~ '^sync-'
      where run."syncId" = slot."syncId" and run.slot = slot.at)`,
  'no slot of a clock is left out': `select sync.id from "Sync" as sync join "Slot" as slot on slot."syncId" = sync.id
      where sync.name ~ '^tick-' group by sync.id
      having count(*) <> extract(epoch from max(slot.at) - sync."createdAt") / ${everySeconds}`,
  'no end of a run is followed twice or not at all': `select run.id from "Run" as run
      join "Sync" as upstream on upstream.id = run."syncId" join "Sync" as follower on follower."runsAfter" = upstream.name
      where run."finishedAt" is not null and 1 <> (select count(*) from "Slot" as slot
        where slot."syncId" = follower.id and slot."upstreamRunId" = run.id)`,
  'every slot of a clock and every end has a run of its own': `select slot.at from "Slot" as slot
      join "Sync" as sync on sync.id = slot."syncId" and sync.name !~ '^sync-'
      left join "Run" as run on run.id = slot."runId" and run."syncId" = slot."syncId" and run.slot = slot.at
      where run.id is null or slot.outcome <> 'started' or slot.slots <> 1`,
  'who began too late was told of once, and nobody else': `select slot.at from "Slot" as slot
      join "Sync" as sync on sync.id = slot."syncId" join "Run" as run on run.id = slot."runId"
      where sync.name ~ '^tick-' and (run."startedAt" > slot.at + interval '${startWithinSeconds} s')::int <> (
        select count(*) from "Event" as event where event.kind = 'run.missed' and event."syncId" = slot."syncId"
          and (event.detail->>'slot')::timestamptz = slot.at)`,
  'no lease goes from one to another': `select id from chaos_lease where was = 'leased' and "isNow" = 'leased'`,
  'every lease has an epoch of its own': `select id from chaos_lease where "isNow" = 'leased' and epoch <> "oldEpoch" + 1`,
  'no epoch is given twice': `select job, epoch from chaos_lease where "isNow" = 'leased'
      group by job, epoch having count(*) > 1`,
  'nothing is left in the queue': `select id from "Job" where state in ('queued', 'leased')`,
};

export async function brokenLaws(
  record: Record,
  told: { started: readonly string[]; acknowledged: readonly Lease[] },
): Promise<Broken[]> {
  const found: Broken[] = [];
  for (const [law, sql] of Object.entries(laws))
    found.push({ law, times: await record.count(sql) });
  found.push({ law: 'no run that was promised is lost', times: await lostRuns(record, told) });
  found.push({
    law: 'no result that was acknowledged is lost',
    times: await lostResults(record, told),
  });
  return found.filter(({ times }) => times > 0);
}

export const lawCount = Object.keys(laws).length + 2;

async function lostRuns(record: Record, { started }: { started: readonly string[] }) {
  const rows = await record.rows<{ id: string }>(
    `select said.id from unnest($1::uuid[]) as said (id)
     where not exists (select from "Run" as run where run.id = said.id)`,
    [started],
  );
  return rows.length;
}

/** A result counts when its lease was current as it came: then that very lease ended the job. Else the lease had lapsed. */
async function lostResults(record: Record, { acknowledged }: { acknowledged: readonly Lease[] }) {
  const rows = await record.rows(
    `select said.job from unnest($1::uuid[], $2::bigint[]) as said (job, epoch)
     where not exists (select from chaos_lease as moved where moved.job = said.job
       and moved.was = 'leased' and moved."isNow" <> 'leased' and moved."oldEpoch" = said.epoch)`,
    [acknowledged.map(({ jobId }) => jobId), acknowledged.map(({ epoch }) => String(epoch))],
  );
  return rows.length;
}
