import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeBatch } from '../connector/batch.js';
import { isBulk } from '../connector/destination.js';
import type {
  AnyTarget,
  BulkTarget,
  OperationKind,
  Outcome,
  Target,
} from '../connector/destination.js';
import { crashPoint } from '../crash-point.js';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import { cutUp } from './batches.js';
import { endOfJob } from './job-end.js';
import { endsOfJob } from './job-results.js';
import type { JobEnd } from './job-results.js';
import { startedAtOf } from './journal.js';
import type { InFlight, InFlightPart } from './journal.js';
import type { NamedJob } from './journal-format.js';
import { writeLoad } from './load.js';
import { makeMapping } from './mapping.js';
import type { Mapping } from './mapping.js';
import { mappingDigest } from './mapping-digest.js';
import { openLookups } from './open-lookups.js';
import type { Lookups } from './open-lookups.js';
import { Outcomes } from './outcomes.js';
import { runsOf } from './packed-piece.js';
import { PackedRows } from './packed-rows.js';
import type { Run } from './packed-rows.js';
import { patiently } from './patiently.js';
import { rowsOf } from './plan.js';
import type { Journaled } from './read-journal.js';
import { recall, untilSettled } from './recall.js';
import { isKeyPrimary } from './removal-key.js';
import { renderPart } from './render.js';
import { allCached } from './baseline.js';
import { targetOf } from './elsewhere.js';
import type { SyncRequest } from './sync-request.js';
import { begun, openTarget } from './target.js';
import type { SyncTools } from './tools.js';
import { Unsent } from './unsent.js';
import { asParquet } from './work-files.js';

interface Context {
  request: SyncRequest;
  tools: SyncTools;
  duck: Duck;
}

interface Recalling extends Context {
  left: InFlight;
  mapping: Mapping;
  lookups: Lookups;
}

type SentPart = InFlightPart & { kind: OperationKind };

/**
 * Rows of a cut-off delivery that were handed over without an answer: where the destination can tell what became of them,
 * it is asked, and `outcomes` hold what it says. Jobs that it still works on are waited for. What can't be told stays as
 * it is; so does everything where the sync sends to another place or by another mapping since.
 */
export async function recallCutOff(
  left: InFlight,
  { outcomes, jobs }: Journaled,
  context: Context,
): Promise<void> {
  const parts = left.parts.filter(
    (part): part is SentPart =>
      part.kind !== undefined &&
      (outcomes.get(part.change)?.counts().open ?? 0) > 0 &&
      (!part.repeatable || jobs.some(({ change }) => change === part.change)),
  );
  if (parts.length === 0 || !isAsBefore(left, context.request)) return;
  await using open = new AsyncDisposableStack();
  const lookups = open.adopt(await openLookups(context, left.columns), (one) => one.close());
  const mapping = mappingOf(context.request, { left, lookups, tools: context.tools });
  const run = { runId: left.runId, startedAt: startedAtOf(left, context.tools.clock) };
  const opened = open.adopt(
    await openTarget(
      { ...context, ...run, request: { ...context.request, runId: left.runId } },
      mapping,
      left.epoch,
    ),
    (one) => one.close(),
  );
  const target = await begun(opened, left.parts, context.tools);
  if (target.finish) return recallWhole({ target, outcomes }, context.tools);
  if (left.mac !== undefined) return;
  const recalling = { ...context, left, mapping, lookups };
  for (const part of parts) {
    const known = outcomes.get(part.change) ?? new Outcomes(part.rows);
    const named = jobs.filter(({ change }) => change === part.change);
    if (isBulk(target)) {
      // The last one first: what it was handed, an earlier one had given back.
      for (const job of named.toReversed())
        await recallJob(job, { part, known, target }, recalling);
      if (target.batches && named.length === 0)
        await recallBatches({ part, known, target: target.batches }, recalling);
    } else await recallBatches({ part, known, target }, recalling);
  }
  crashPoint('recall.after');
}

/** Nothing of what it took is in place, or all of it: a row is not asked for. */
async function recallWhole(
  { target, outcomes }: { target: AnyTarget; outcomes: Journaled['outcomes'] },
  tools: SyncTools,
): Promise<void> {
  if (!target.wasFinished) return;
  const isThere = await patiently(async () => target.wasFinished?.(tools.signal), tools);
  for (const known of outcomes.values())
    if (isThere) noteOpen(known, { from: 0, to: known.size }, { kind: 'accepted' });
    else known.takeBack(0, known.size);
  crashPoint('recall.after');
}

/** Values of rows must be made as they were then. */
function isAsBefore(left: InFlight, request: SyncRequest): boolean {
  return (
    left.target === targetOf(request) &&
    left.place === request.place &&
    left.mapping === mappingDigest(request)
  );
}

function mappingOf(
  request: SyncRequest,
  { left, lookups, tools }: { left: InFlight; lookups: Lookups; tools: SyncTools },
): Mapping {
  return makeMapping(request, left.columns, {
    runId: left.runId,
    startedAt: startedAtOf(left, tools.clock),
    typeOfLookup: lookups.typeOf,
  });
}

async function recallJob(
  named: NamedJob,
  { part, known, target }: { part: SentPart; known: Outcomes; target: BulkTarget },
  recalling: Recalling,
): Promise<void> {
  const { tools } = recalling;
  const { job } = named;
  const kind = await endOfJob(job, { target, tools }, () => undefined);
  if (kind === 'gone') return leaveUnknown(known, named);
  if (kind === 'empty') {
    for (const { from, to } of rowsOfJob(named)) known.takeBack(from, to);
    // It does nothing, but somebody would have to tidy it up.
    await target.abort(job, tools.signal).catch(() => undefined);
    return;
  }
  await takeResults(named, { part, known, target }, recalling);
}

async function takeResults(
  named: NamedJob,
  { part, known, target }: { part: SentPart; known: Outcomes; target: BulkTarget },
  { request, tools, duck, left, lookups }: Recalling,
): Promise<void> {
  const { job, from, to } = named;
  // The key alone tells rows apart; what was looked up or made by a template then is not known any more.
  const hasKey = request.key.length > 0;
  const isKeyShared = hasKey && !isKeyPrimary(request);
  const fields = hasKey ? [] : request.fields;
  const isMade = fields.some(({ value }) => value.kind === 'template' || value.kind === 'lookup');
  if (isMade || isKeyShared) return leaveUnknown(known, named);
  const folder = join(tools.workDir, `recall-${part.change}-${from}`);
  await mkdir(folder, { recursive: true });
  const isIn = new PackedRows();
  for (const run of rowsOfJob(named)) isIn.fill(run.from, run.to, 1);
  const isAsked = (ord: number): number =>
    isIn.at(ord) === 1 && known.endingOf(ord) === 'open' ? 1 : 0;
  try {
    const rows = rowsOf({ files: await allCached(tools, part.files) });
    await duck.withNumbers(isAsked, async (numberOf) => {
      const sql = `(select * from ${rows} where ord >= ${from} and ord < ${to} and ${numberOf('ord')} = 1)`;
      const mapping = mappingOf({ ...request, fields }, { left, lookups, tools });
      const place = { folder, number: from, attempt: `${left.runId}.${left.epoch}` };
      const { format } = target;
      const range = { from, to };
      const load = await writeLoad(part, { from: sql, range, mapping, format, duck, ...place });
      if (load.size === 0) return;
      const results = await patiently(() => target.results(job, load, tools.signal), tools);
      if (results === 'accepted') return acceptOpen(known, named);
      const ords = `select ord from ${sql} order by ord`;
      for (const end of await endsOfJob(results, { duck, load, format, ords }))
        noteEnd(known, end, (reason) => target.outcomeOf(reason, load));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function noteEnd(known: Outcomes, end: JobEnd, judge: (reason: string) => Outcome): void {
  if (end.kind === 'untouched') known.takeBack(end.from, end.to);
  else if (end.kind === 'unknown') known.noteAlike(end, { kind: 'unknown', failure: unheard() });
  else if (end.kind === 'accepted') known.noteAlike(end, { kind: 'accepted' });
  else {
    const outcome = judge(end.reason ?? '');
    if (isPutOff(outcome)) known.takeBack(end.from, end.to);
    else known.noteAlike(end, outcome);
  }
}

function* rowsOfJob({ rows }: NamedJob): Generator<Run> {
  for (const piece of rows) for (const run of runsOf(piece)) if (run.value === 1) yield run;
}

function acceptOpen(known: Outcomes, named: NamedJob): void {
  for (const { from, to } of rowsOfJob(named)) noteOpen(known, { from, to }, { kind: 'accepted' });
}

/** No earlier job may give back what this one was handed. */
function leaveUnknown(known: Outcomes, named: NamedJob): void {
  for (const { from, to } of rowsOfJob(named))
    noteOpen(known, { from, to }, { kind: 'unknown', failure: unheard() });
}

function noteOpen(
  known: Outcomes,
  { from, to }: { from: number; to: number },
  outcome: Outcome,
): void {
  const open = [...known.open(from, to)];
  for (const [first, last] of open) known.noteAlike({ from: first, to: last }, outcome);
}

const isPutOff = (outcome: Outcome): boolean =>
  outcome.kind === 'rejected' && outcome.failure.kind === 'TRANSIENT';

async function recallBatches(
  { part, known, target }: { part: SentPart; known: Outcomes; target: Target },
  recalling: Recalling,
): Promise<void> {
  // What was looked up then is not known any more.
  if (!target.recall || part.repeatable || recalling.lookups.list.length > 0) return;
  await untilSettled(recalling.tools);
  const open = [...known.open(0, part.rows)];
  for (const [from, to] of open) await recallRows({ from, to }, { part, known, target }, recalling);
}

async function recallRows(
  { from, to }: { from: number; to: number },
  { part, known, target }: { part: SentPart; known: Outcomes; target: Target },
  { tools, duck, left, mapping, lookups }: Recalling,
): Promise<void> {
  const { maxRows, maxBytes } = target;
  const file = join(tools.workDir, `recall-${part.change}-${from}.parquet`);
  const rows = rowsOf({ files: await allCached(tools, part.files) });
  await duck.run(`copy (select ord - ${from} as ord, * exclude (ord) from ${rows}
    where ord >= ${from} and ord < ${to} order by ord) to ${quoteText(file)} ${asParquet}`);
  const copied = { change: part.change, kind: part.kind, rows: to - from, files: [file] };
  const { columns } = left;
  const unsent = new Unsent(to - from);
  const context = { columns, lookups, duck, workDir: tools.workDir, unsent };
  const lines = await readFile(await renderPart({ ...copied, upTo: to - from }, mapping, context));
  const limits = { maxRows, maxBytes };
  for (const stretch of cutUp(lines, { ord: from, limits, isLast: true }).stretches) {
    const batch = makeBatch({
      kind: part.kind,
      change: part.change,
      key: mapping.key,
      fields: mapping.fields,
      lines: stretch.lines,
      size: stretch.to - stretch.from,
      attempt: `${left.runId}.${left.epoch}`,
      from: stretch.from,
    });
    const since = startedAtOf(left, tools.clock);
    const told = await recall(batch, { failure: unheard(), target, since, tools });
    for (const [n, outcome] of told.entries()) {
      const row = { from: stretch.from + n, to: stretch.from + n + 1 };
      if (isPutOff(outcome)) known.takeBack(row.from, row.to);
      else if (outcome.kind !== 'unknown') known.noteAlike(row, outcome);
    }
  }
}

function unheard(): Failure {
  return new Failure(
    'TRANSIENT',
    'destination.no_answer',
    'The agent was stopped before the destination had answered.',
  );
}
