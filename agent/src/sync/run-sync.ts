import { rm } from 'node:fs/promises';
import { crashPoint } from '../crash-point.js';
import { failureOf } from '../failure.js';
import type { AnyTarget } from '../connector/destination.js';
import type { RowStream } from '../connector/source.js';
import { digestOf, mustWait, readApproved, wait } from './approval.js';
import { readBaseline } from './baseline.js';
import type { Baseline } from './baseline.js';
import { tellMissed } from './audit.js';
import { assertHere } from './elsewhere.js';
import { deliverPlan, leavesAsStaged } from './deliver-plan.js';
import { diff } from './diff.js';
import { footingOf } from './footing.js';
import { foretell } from './foretell.js';
import { forgetFound } from './forget-found.js';
import { interruptible } from './interruptible.js';
import { countsToJudge, judge, nothingHeld } from './guard.js';
import { noteTold, tellHeld } from './held.js';
import { logDelivery, logWithheld } from './log-delivery.js';
import { logLater, logOwed } from './late-log.js';
import { logReport } from './log-report.js';
import { makeMapping } from './mapping.js';
import { assertComparable, assertKeptAlike, prepareHashing } from './hashing.js';
import { sealPlan } from './seal-plan.js';
import type { Mapping } from './mapping.js';
import { mixedMapping } from './mapping-digest.js';
import { openLookups } from './open-lookups.js';
import type { Lookups } from './open-lookups.js';
import { assertOptions } from './options.js';
import { plan, whole } from './plan.js';
import type { Plan } from './plan.js';
import { query } from './query.js';
import { record } from './record.js';
import { recover } from './recover.js';
import { keepStillRejected, viewRejected } from './rejected-view.js';
import { assertRemovable } from './removal-key.js';
import { assertNotRepeated } from './repeated.js';
import { report } from './report.js';
import { assertBackfills, countForMapping, recode } from './recode.js';
import { resolveLookups } from './resolve.js';
import { openRun } from './run.js';
import type { Run } from './run.js';
import { takeSnapshot } from './snapshot.js';
import { sweep } from './sweep.js';
import { openUndo, planUndo } from './undo.js';
import { begun, openTarget } from './target.js';
import type { SyncReport, SyncRequest } from './sync-request.js';
import type { SyncTools } from './tools.js';

// What must stay true of every run, whatever happens to the machine it runs on. Comments and tests cite the numbers.
//
// 1. Sent is what the destination took: a row counts as sent when the answer says so of that row.
// 2. The baseline holds what was taken and nothing ahead of it, so a row that was not is found again, with its latest
//    value. Where a record may or must be another one than its entry says, the entry says that it is unknown.
// 3. A run may be cut off anywhere; the next one ends where an undisturbed one would have. What can't be sent twice and
//    got no answer is uncertain: held, or sent again where the sync says so.
// 4. One writer: only the head moves, by a conditional write, and a run that lost its lease does nothing any more.
// 5. Missing is not empty: a baseline that can't be read and a query that breaks off stop the run.
// 6. The plan is whole, counted and judged by the guards before the first operation leaves, and no operation leaves
//    before the file that holds it is in the bucket.
// 7. Memory is bounded: of each row of the baseline two bits are in memory, of an added one at most four, and of one that
//    is sent as many as tell apart what became of its neighbours: mostly one or two, eight at most.
// 8. No row is lost in the count: queried = unchanged + added + changed + invalid, and added + changed + removed =
//    sent + skipped + rejected + withheld + pending + uncertain.
// 9. Removed is only what this sync sent: a row that its baseline holds as its own, until the removal has succeeded.

/**
 * One run of a sync: query → snapshot → diff → plan → deliver → record → report. Resolves with a report whatever
 * happens to the sync; what the destination accepted before a failure is recorded.
 */
export async function runSync(request: SyncRequest, tools: SyncTools): Promise<SyncReport> {
  const run = await openRun(request, tools);
  const over = new AbortController();
  run.meter.tellEverySecond(over.signal);
  try {
    await follow(run).catch((error: unknown) => void (run.failure ??= failureOf(error)));
    // What the run before did is recorded, and this run's work is done; that nobody can read of it has to be seen.
    run.failure ??= run.unlogged;
    const told = await logReport(run, await report(run));
    await noteTold(run);
    return told;
  } finally {
    over.abort();
    run.duck.close();
    await rm(tools.workDir, { recursive: true, force: true });
  }
}

async function follow(run: Run): Promise<void> {
  const { request } = run;
  assertOptions(request);
  assertRemovable(request);
  await prepareHashing(run);
  run.baseline = await currentBaseline(run);
  assertKeptAlike(run);
  const { undo } = request.run;
  const rows = await (undo === undefined ? query(run) : openUndo(run, undo));
  crashPoint('query.opened');
  try {
    await bring(run, rows);
  } finally {
    await rows.close();
  }
}

async function bring(run: Run, rows: RowStream): Promise<void> {
  const { request } = run;
  await using open = new AsyncDisposableStack();
  const lookups = open.adopt(await openLookups(run, rows.columns), (one) => one.close());
  const mapping = makeMapping(request, rows.columns, {
    runId: request.runId,
    startedAt: run.startedAt,
    typeOfLookup: lookups.typeOf,
  });
  const target = open.adopt(await openTarget(run, mapping), (one) => one.close());
  const approved = await readApproved(run);
  if (approved) run.seed = BigInt(approved.seed);
  const planned = await interruptible(run, () =>
    request.run.undo === undefined ? planFrom(run, rows, { mapping, open }) : planUndo(run, target),
  );
  crashPoint('plan.after');
  if (request.run.dryRun) await stopDry(run, planned, lookups);
  else if (await mustWait(run, planned, approved)) await wait(run, planned);
  else await carryOut(run, planned, { mapping, target, lookups });
}

async function stopDry(run: Run, planned: Plan, lookups: Lookups): Promise<void> {
  run.planDigest = await digestOf(run, planned);
  await resolveLookups(run, planned.parts, lookups);
  await foretell(run, planned, lookups);
}

async function planFrom(
  run: Run,
  rows: RowStream,
  { mapping, open }: { mapping: Mapping; open: AsyncDisposableStack },
): Promise<Plan> {
  const { request, tools, meter } = run;
  stand(run, rows);
  assertComparable(run);
  const tolerant = request.run.full || request.run.rebaseline;
  await viewRejected(run.baseline.manifest, run, { tolerant });
  const snapshot = await takeSnapshot(rows, { ...run, open });
  crashPoint('snapshot.after');
  assertNotRepeated(request, snapshot);
  const { seed, columns } = snapshot;
  run.shape = { ...run.shape, seed, columns, keyColumns: request.model.primaryKey.length };
  meter.enter('diff');
  run.missed = await diff(snapshot, run);
  tellMissed(run);
  await countForMapping(run);
  await keepStillRejected(run.baseline.manifest, run.duck);
  meter.enter('plan');
  const recordOnly = recordsOnly(run);
  const { withheld, unapproved } = recordOnly
    ? nothingHeld
    : judge(request, await countsToJudge(run), snapshot.baselineRows);
  run.unapproved = unapproved;
  // Then some rows are as one mapping says and some as another, and the next run has to send all of them.
  const leavesSome = withheld.has('changed') || request.run.onlyRejected;
  if (run.footing.owed && leavesSome) run.shape.mapping = mixedMapping;
  return plan(request, mapping, {
    ...run,
    snapshot,
    withheld,
    recordOnly,
    workDir: tools.workDir,
  });
}

/** Finds out what of the baseline can be compared; where that is nothing, the run starts over. */
function stand(run: Run, rows: RowStream): void {
  run.footing = footingOf(run.request, rows, run.baseline.manifest);
  run.shape.form = rows.form;
  assertBackfills(run);
  if (!run.footing.isFresh) return;
  run.fresh = true;
  run.baseline = { ...run.baseline, manifest: undefined };
}

/** Whoever asks for everything to be sent is not content with its being known. */
function recordsOnly({ request, baseline }: Run): boolean {
  const { full, rebaseline } = request.run;
  return rebaseline || (request.firstRun === 'baseline' && !baseline.manifest && !full);
}

async function carryOut(
  run: Run,
  planned: Plan,
  to: { mapping: Mapping; target: AnyTarget; lookups: Lookups },
): Promise<void> {
  const { meter } = run;
  const { horizon } = run.baseline.head;
  const isHashed = run.shape.mac !== undefined;
  for (const part of planned.parts)
    if (isHashed || !leavesAsStaged(part, to.mapping)) await whole(part);
  await sealPlan(run, planned);
  await recode(run);
  if (planned.parts.length === 0 && run.baseline.etag !== undefined && !run.fresh) {
    const unlogged = await logWithheld(run, planned);
    return void (unlogged && (run.failure = unlogged));
  }
  await resolveLookups(run, planned.parts, to.lookups);
  meter.enter('deliver');
  const target = await begun(to.target, planned.parts, run.tools);
  const { recorded, delivered, journal, failure } = await deliverPlan(run, planned, {
    ...to,
    target,
  });
  crashPoint('deliver.after');
  if (failure) run.failure = failure;
  meter.enter('record');
  // Before the head moves: whatever is recorded is logged, if not by this run then by the next.
  const unlogged = await logDelivery(run, planned, delivered);
  if (unlogged && !(await logLater(run, { delivered, journal, target }))) throw unlogged;
  run.failure ??= unlogged;
  crashPoint('log.after');
  // A cancelled run records what was taken before it ends; only a lost lease stops that.
  const signal = new AbortController().signal;
  run.baseline = await record(recorded, { ...run, tools: { ...run.tools, signal } });
  await forgetFound(run, planned, { lookups: to.lookups, delivered });
  await sweep(run, horizon);
}

/** What is there, after what a crashed run left was settled. Asked to start over, a damaged baseline is no obstacle. */
async function currentBaseline(run: Run): Promise<Baseline> {
  const { request, tools, paths } = run;
  const startOver = request.run.full || request.run.rebaseline;
  const found = await readBaseline(tools.store, paths, {
    signal: tools.signal,
    tolerant: startOver,
  });
  tellHeld(found.head, run);
  const late = await logOwed(run, found);
  const recovered = await recover(request, { ...run, baseline: late.baseline });
  const { baseline: settled, resumed, unlogged } = recovered;
  run.resumed = resumed;
  run.unlogged = late.unlogged ?? unlogged;
  const isElsewhere = assertHere(request, settled.manifest);
  if (!request.run.rebaseline && !isElsewhere) return settled;
  run.fresh = true;
  return { ...settled, manifest: undefined };
}
