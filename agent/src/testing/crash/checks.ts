import { createHash } from 'node:crypto';
import type { ObjectPointer } from '../../store/store.js';
import { pathsOf } from '../../sync/paths.js';
import type { SyncReport } from '../../sync/sync-request.js';
import { ids } from '../engine.js';
import { brokenPromises } from './promises.js';
import { archivedIn, isRefused } from './tables.js';
import type { SyncUnderTest } from './sync-under-test.js';

/** Everything that must hold once the last run is over; in words what does not. Numbers are the invariants'. */
export async function brokenAtTheEnd(sync: SyncUnderTest): Promise<string[]> {
  const { scenario, far, theirs, reports } = sync;
  return [
    ...brokenPromises({
      scenario,
      wanted: await sync.wanted(),
      records: await far.records(),
      taken: await far.taken(),
      theirs,
      reports,
      isRefusing: sync.isRefusing,
      archived: await archivedIn(sync.world.there),
      resends: scenario.request.uncertain === 'resend',
    }),
    ...(await madeTwice(sync)),
    ...(await brokenBaseline(sync)),
    // Every run of it sends everything, whatever it finds.
    ...(scenario.promise === 'replace' ? [] : await brokenByAudit(sync)),
  ];
}

/** Invariant 8, and that the run came to a good end. */
export function brokenInReport(
  { counts: c, outcome, failure, errors }: SyncReport,
  { isRefusing }: SyncUnderTest,
): string[] {
  const expected = errors.every(
    ({ failure: { code, kind } }) =>
      code === 'delivery.uncertain' || (isRefusing && kind === 'REJECTED'),
  );
  const isWell = outcome === 'succeeded' || (outcome === 'completed_with_errors' && expected);
  if (!isWell) return [`3: the next run ended as ${outcome}: ${failure?.failure.code ?? JSON.stringify(errors)}`]; // prettier-ignore
  const found = c.unchanged + c.added + c.changed + c.invalid;
  const ended = c.sent + c.skipped + c.rejected + c.withheld + c.pending + c.uncertain;
  return c.queried === found && c.added + c.changed + c.removed === ended
    ? []
    : [`8: the counts do not add up: ${JSON.stringify(c)}`];
}

/** Invariants 1 and 8: as many operations were taken as the run says it sent. A removal of what is gone leaves no trace. */
export async function brokenCount(
  sync: SyncUnderTest,
  { counts, errors }: SyncReport,
  mark: number,
): Promise<string[]> {
  const taken = (await sync.far.taken(mark)).length;
  // Of a table that is replaced, only what differs is written.
  const least = sync.scenario.promise === 'replace' ? 0 : counts.sent - counts.removed;
  if (taken >= least && taken <= counts.sent) return [];
  return [`1: ${counts.sent} operations count as sent, ${taken} were taken (${JSON.stringify(errors)})`]; // prettier-ignore
}

async function madeTwice({ world }: SyncUnderTest): Promise<string[]> {
  const { rows } = await world.there.query<{ code: number }>(
    'select code from team group by code having count(*) > 1',
  );
  return rows.map(({ code }) => `3: the record ${code} that a lookup missed was made twice`);
}

/** Invariant 5 before it is needed: everything that the head names is in the bucket as it was written. */
export async function brokenBaseline({ world, syncId }: SyncUnderTest): Promise<string[]> {
  const { head } = pathsOf({ ...ids, syncId });
  const object = await world.store.get(head);
  if (!object) return [];
  const named = pointersIn(JSON.parse(Buffer.from(object.body).toString()));
  const broken: string[] = [];
  for (const pointer of named) {
    const there = await world.store.get(pointer.key);
    if (!there) broken.push(`5: ${pointer.key} is named and not there`);
    else if (createHash('sha256').update(there.body).digest('hex') !== pointer.sha256)
      broken.push(`5: ${pointer.key} is not what its digest says`);
    else if (pointer.key.endsWith('.json'))
      named.push(...pointersIn(JSON.parse(Buffer.from(there.body).toString())));
  }
  return broken;
}

function pointersIn(value: unknown): ObjectPointer[] {
  if (typeof value !== 'object' || value === null) return [];
  const isPointer = 'key' in value && 'sha256' in value && 'bytes' in value;
  return isPointer ? [value as ObjectPointer] : Object.values(value).flatMap(pointersIn);
}

/** Invariant 2: an audit that compares every value finds the baseline as the query is, and sends nothing. */
async function brokenByAudit(sync: SyncUnderTest): Promise<string[]> {
  const mark = (await sync.far.taken()).length;
  const run = { dryRun: false, full: false, rebaseline: false, verify: true };
  const { report } = await sync.run({ run });
  const { counts: c } = report;
  const sent = (await sync.far.taken(mark)).length;
  const refused = sync.isRefusing
    ? [...(await sync.wanted()).values()].filter(isRefused).length
    : 0;
  const settled =
    c.unchanged + refused === c.queried &&
    c.added + c.changed + c.removed === refused &&
    sent === 0;
  if (settled) return [];
  return [`2: the audit finds another baseline than the query: ${JSON.stringify(c)}, sent ${sent}, ${report.outcome} ${report.failure?.failure.code ?? ''}`]; // prettier-ignore
}
