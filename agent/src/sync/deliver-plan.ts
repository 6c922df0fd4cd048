import type { OperationKind, Target } from '../connector/destination.js';
import { crashPoint } from '../crash-point.js';
import { failureOf } from '../failure.js';
import type { Failure } from '../failure.js';
import { Breaker } from './breaker.js';
import { moveHead } from './baseline.js';
import type { Head } from './baseline.js';
import { stretchesOf } from './batches.js';
import type { Stretch } from './batches.js';
import { projectedStretches } from './projection.js';
import { deliver } from './deliver.js';
import type { Delivered } from './deliver.js';
import { assertWhole, finish } from './finish.js';
import { cancelled, interruptible } from './interruptible.js';
import { journalFormat } from './journal-entry.js';
import { Journal } from './journal.js';
import type { InFlightPart } from './journal.js';
import { refusedRows } from './join-lookups.js';
import type { Limiter } from './limiter.js';
import type { Lookups } from './open-lookups.js';
import { makeMissing } from './make-missing.js';
import type { Change, Mapping } from './mapping.js';
import { noOutcomes } from './outcomes.js';
import type { ObjectPointer } from '../store/store.js';
import { stagedPrefix } from './plan.js';
import type { Plan, PlanPart } from './plan.js';
import { countRanges, subtractRanges } from './ranges.js';
import type { Recorded } from './record.js';
import { isKeyPrimary } from './removal-key.js';
import { renderPart } from './render.js';
import type { Run } from './run.js';
import { settle } from './settle.js';
import type { Unsent } from './unsent.js';

interface Delivery {
  recorded: Recorded[];
  /** What came back, of the parts that were to be sent. */
  delivered: Map<Change, Delivered>;
  journal: Journal;
  failure?: Failure;
}

/** Sends the plan's parts one after the other, and says what of each goes into the baseline. */
export async function deliverPlan(
  run: Run,
  planned: Plan,
  to: { mapping: Mapping; target: Target; lookups: Lookups },
): Promise<Delivery> {
  const { runId, tools, paths } = run;
  const journal = new Journal(tools.store, { paths, runId, epoch: tools.lease.epoch });
  const breaker = new Breaker();
  const recorded: Recorded[] = [];
  const delivered = new Map<Change, Delivered>();
  let failure: Failure | undefined;
  let left = run.request.run.canary ?? Infinity;
  run.meter.planned = Math.min(run.meter.planned, left);
  const sent: { part: Sendable; result: Delivered; inBucket: ObjectPointer[] }[] = [];
  const isSent = planned.parts.some(({ kind }) => kind !== undefined);
  if (isSent) assertWhole(run.meter, to.target);
  const stored = isSent
    ? await announce(run, planned.parts, { ...to, journal })
    : new Map<Change, never>();
  for (const part of planned.parts) {
    const inBucket = stored.get(part.change) ?? (await uploadedSoFar(part));
    if (part.kind === undefined) {
      const taken = { except: [], unknown: [], skipped: [], stale: [] };
      recorded.push({ ...part, ...taken, ...keptOf(part), stored: inBucket });
      continue;
    }
    const sendable = { ...part, kind: part.kind, upTo: Math.min(part.rows, left) };
    left -= sendable.upTo;
    const result: Delivered =
      failure || tools.signal.aborted || sendable.upTo === 0
        ? { outcomes: noOutcomes(), open: [] }
        : await sendPart(run, sendable, { ...to, journal, breaker }).catch(notBegun);
    failure ??= result.failure;
    sent.push({ part: sendable, result, inBucket });
  }
  const unfinished = await finish(run, to.target, sent);
  failure ??= unfinished;
  for (const { part, result, inBucket } of sent) {
    delivered.set(part.change, result);
    run.meter.counts.pending += part.rows - countRanges(result.outcomes.answered);
    const settled = recordedOf(run, part, { result, target: to.target });
    recorded.push({ ...settled, ...keptOf(part), stored: inBucket });
  }
  await journal.close().catch((error: unknown) => (failure ??= failureOf(error)));
  failure ??= cancelled(tools.signal);
  return { recorded, delivered, journal, ...(failure && { failure }) };
}

/** What goes into the baseline. */
function keptOf({ files, sealed }: PlanPart): Pick<Recorded, 'files'> {
  return { files: sealed ? [sealed.kept] : files };
}

/** What keeps a part from being sent must not cost the record of those that were. */
function notBegun(error: unknown): Delivered {
  return { outcomes: noOutcomes(), open: [], failure: failureOf(error) };
}

/** The plan is in the bucket, its journal is opened, and the head names both, before the first operation leaves. */
async function announce(
  run: Run,
  parts: readonly PlanPart[],
  { target, journal }: { target: Target; journal: Journal },
): Promise<Map<Change, ObjectPointer[]>> {
  const { tools, paths, runId, baseline, shape, footing } = run;
  const inFlight: InFlightPart[] = [];
  for (const part of parts) {
    const { change, kind, rows } = part;
    const files = await uploadPart(run, part);
    const repeatable = kind === undefined || target.isRepeatable(kind, change);
    inFlight.push({ change, ...(kind ? { kind } : {}), repeatable, rows, files });
  }
  await journal.open();
  tools.lease.assertTrusted();
  const head: Head = {
    ...baseline.head,
    epoch: String(tools.lease.epoch),
    inFlight: {
      runId,
      epoch: String(tools.lease.epoch),
      startedAt: run.startedAt.toISOString(),
      seed: String(shape.seed),
      columns: [...shape.columns],
      keyColumns: shape.keyColumns,
      target: shape.target,
      mapping: shape.mapping,
      mac: shape.mac,
      owed: footing.owed,
      fresh: run.fresh,
      journal: journalFormat,
      parts: inFlight,
    },
  };
  crashPoint('announce.before');
  const etag = await moveHead(tools.store, { paths, etag: baseline.etag }, head);
  crashPoint('announce.after');
  run.baseline = { ...baseline, head, etag };
  return new Map(inFlight.map(({ change, files }) => [change, files]));
}

/** What is only recorded may be in the bucket as well, where the snapshot sent it on. */
async function uploadedSoFar({ staged }: PlanPart): Promise<ObjectPointer[]> {
  const pointers = await Promise.all(staged?.uploads ?? []);
  return pointers.filter((pointer) => pointer !== undefined);
}

/** Where the files of a part are in the bucket; what is on its way already is waited for. */
async function uploadPart(
  { tools, paths, runId }: Run,
  { change, staged, sealed, ...part }: PlanPart,
): Promise<ObjectPointer[]> {
  const files = sealed ? [sealed.told] : part.files;
  const pointers: ObjectPointer[] = [];
  for (const [n, file] of files.entries()) {
    const onItsWay = staged?.uploads[n];
    if (!onItsWay) crashPoint('plan-upload.before');
    const key = paths.plan(
      runId,
      tools.lease.epoch,
      files.length > 1 ? `${change}-all-${n}` : change,
    );
    pointers.push(await (onItsWay ?? tools.store.upload(key, file, tools.signal)));
    if (!onItsWay) crashPoint('plan-upload.after');
  }
  return pointers;
}

/** Rows from `upTo` on wait for another run. */
type Sendable = PlanPart & { kind: OperationKind; upTo: number };

async function sendPart(
  run: Run,
  part: Sendable,
  to: { mapping: Mapping; target: Target; lookups: Lookups; journal: Journal; breaker: Breaker },
): Promise<Delivered> {
  const { request, duck, meter, tally, tools, runId } = run;
  const { lookups } = to;
  await makeMissing(run, part, lookups);
  const refused = await refusedRows(part, { fields: request.fields, lookups, made: true, duck });
  const { stretches, unrendered } = await interruptible(run, () => linesOf(run, part, to));
  const unsent = [...refused, ...besides(unrendered, refused)];
  const inTurn = request.key.length > 0 && !isKeyPrimary(request);
  return deliver(part, stretches, { ...to, meter, tally, tools, runId, unsent, inTurn });
}

/** The records of a part; where a record is made of columns as they are, straight from the staged lines. */
async function linesOf(
  { duck, tools, shape: { columns } }: Run,
  part: Sendable,
  { mapping, target, lookups }: { mapping: Mapping; target: Target; lookups: Lookups },
): Promise<{ stretches: AsyncGenerator<Stretch[]>; unrendered: Unsent[] }> {
  const { maxRows } = target;
  const maxBytes = bytesOf(target, tools.limiter);
  const picks = mapping.picks(part.change);
  if (part.staged && picks) {
    const staged = picks.map((pick) =>
      'column' in pick ? { ...pick, column: pick.column + stagedPrefix } : pick,
    );
    const projection = { columns: columns.length + stagedPrefix, picks: staged };
    const limits = { maxRows, maxBytes, upTo: part.upTo };
    return { stretches: projectedStretches(part.staged.lines, projection, limits), unrendered: [] };
  }
  const { workDir } = tools;
  const rendered = await renderPart(part, mapping, { columns, lookups, duck, workDir });
  return {
    stretches: stretchesOf(rendered.file, { maxRows, maxBytes }),
    unrendered: rendered.unrendered,
  };
}

/** What all batches in flight may have together, in bytes of lines; the memory of a run is bounded. */
const bytesInFlight = 64 << 20;

/** The most for one batch: the more at once, the less for each. */
function bytesOf({ maxBytes, concurrency }: Target, limiter: Limiter): number {
  return Math.min(maxBytes, Math.floor(bytesInFlight / Math.min(concurrency, limiter.concurrency)));
}

/** A row is left out once, whatever speaks against it. */
function besides(unsent: readonly Unsent[], others: readonly Unsent[]): Unsent[] {
  const gone = others.flatMap(({ rows }) => rows);
  const left = unsent.map((each) => ({ ...each, rows: subtractRanges(each.rows, gone) }));
  return left.filter(({ rows }) => rows.length > 0);
}

function recordedOf(
  run: Run,
  part: Sendable,
  { result, target }: { result: Delivered; target: Target },
): Recorded {
  const { outcomes, open } = result;
  const repeatable = target.isRepeatable(part.kind, part.change);
  const { owed } = run.footing;
  const settled = settle(
    { ...part, repeatable, owed },
    { ...outcomes, open },
    run.request.uncertain,
  );
  return { ...part, ...settled, answered: outcomes.answered, refusals: outcomes.refusals };
}
