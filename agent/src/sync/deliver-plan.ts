import { isBulk } from '../connector/destination.js';
import type { AnyTarget, OperationKind, Target } from '../connector/destination.js';
import { failureOf } from '../failure.js';
import type { Failure } from '../failure.js';
import { Announcement } from './announcement.js';
import { Breaker } from './breaker.js';
import { countTriedAgain } from './rejected-view.js';
import { stretchesOf } from './batches.js';
import type { Stretch } from './batches.js';
import { projectedStretches } from './projection.js';
import { deliver } from './deliver.js';
import type { DeliverContext, Delivered } from './deliver.js';
import { deliverByJobs } from './deliver-jobs.js';
import { assertWhole, finish } from './finish.js';
import { cancelled, interruptible } from './interruptible.js';
import { Journal } from './journal.js';
import { addRefused } from './join-lookups.js';
import type { Limiter } from './limiter.js';
import type { Lookups } from './open-lookups.js';
import { makeMissing } from './make-missing.js';
import type { Change, Mapping } from './mapping.js';
import { Outcomes } from './outcomes.js';
import { stagedPrefix, whole } from './plan.js';
import type { Plan, PlanPart } from './plan.js';
import type { Recorded } from './record.js';
import { isKeyPrimary } from './removal-key.js';
import { planTypes } from './plan-types.js';
import { renderPart, renderedRows } from './render.js';
import type { Run } from './run.js';
import { settle } from './settle.js';
import { Unsent } from './unsent.js';

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
  to: { mapping: Mapping; target: AnyTarget; lookups: Lookups },
): Promise<Delivery> {
  const { runId, tools, paths } = run;
  const journal = new Journal(tools.store, { paths, runId, epoch: tools.lease.epoch });
  const breaker = new Breaker(await countTriedAgain(run));
  const recorded: Recorded[] = [];
  const delivered = new Map<Change, Delivered>();
  let failure: Failure | undefined;
  let left = run.request.run.canary ?? Infinity;
  run.meter.planned = Math.min(run.meter.planned, left);
  const sent: { part: Sendable; result: Delivered }[] = [];
  const isSent = planned.parts.some(({ kind }) => kind !== undefined);
  if (isSent) assertWhole(run, to.target);
  const announced = isSent ? await announce(run, planned, { ...to, journal }) : undefined;
  let types: Promise<string[] | undefined> | undefined;
  const typesOf = () => (types ??= planTypes(planned.parts, { ...to, duck: run.duck }));
  for (const part of planned.parts) {
    if (part.kind === undefined) {
      recorded.push({
        ...part,
        ...keptOf(part),
        stored: announced ? announced.filesOf(part.change) : await sentOn(part),
      });
      continue;
    }
    const sendable = { ...part, kind: part.kind, upTo: Math.min(part.rows, left) };
    left -= sendable.upTo;
    const result: Delivered =
      failure || tools.signal.aborted || sendable.upTo === 0
        ? { outcomes: new Outcomes(part.rows) }
        : await sendPart(run, sendable, { ...to, journal, breaker, announced, typesOf }).catch(
            notBegun(part),
          );
    failure ??= result.failure;
    part.files = filesSent(part, announced, to.mapping);
    sent.push({ part: { ...sendable, files: part.files }, result });
  }
  const unfinished = await finish(run, to.target, sent);
  failure ??= unfinished;
  for (const { part, result } of sent) {
    delivered.set(part.change, result);
    run.meter.counts.pending += part.rows - result.outcomes.answered;
    const settled = recordedOf(run, part, { ...result, target: to.target });
    recorded.push({ ...settled, ...keptOf(part), stored: announced?.filesOf(part.change) });
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
function notBegun({ rows }: PlanPart): (error: unknown) => Delivered {
  return (error) => ({ outcomes: new Outcomes(rows), failure: failureOf(error) });
}

/** The plan is in the bucket, its journal is opened, and the head names both, before the first operation leaves. */
async function announce(
  run: Run,
  planned: Plan,
  { mapping, target, journal }: { mapping: Mapping; target: AnyTarget; journal: Journal },
): Promise<Announcement> {
  const trails = (part: PlanPart): boolean => leavesAsStaged(part, mapping);
  const made = await Announcement.make(run, planned.parts, { target, trails });
  await journal.open();
  await made.tell();
  return made;
}

/** Whether the records of a part are cut straight from the staged lines. */
export function leavesAsStaged(part: PlanPart, mapping: Mapping): boolean {
  return !!part.staged && !!part.kind && !part.sealed && !!mapping.picks(part.change);
}

/** What of a part that is only recorded the snapshot has sent on. */
async function sentOn({ staged }: PlanPart): Promise<Recorded['stored']> {
  return staged && Promise.all(staged.parts.map(({ onItsWay }) => onItsWay));
}

/** The files whose rows may have left: the others are not made for the record's sake. */
function filesSent(
  part: PlanPart,
  announced: Announcement | undefined,
  mapping: Mapping,
): readonly string[] {
  if (!announced || !leavesAsStaged(part, mapping)) return part.files;
  return part.files.slice(0, announced.filesOf(part.change).length);
}

/** Rows from `upTo` on wait for another run. */
type Sendable = PlanPart & { kind: OperationKind; upTo: number };

async function sendPart(
  run: Run,
  part: Sendable,
  to: Pick<DeliverContext, 'mapping' | 'journal' | 'breaker' | 'announced'> & {
    target: AnyTarget;
    lookups: Lookups;
    typesOf(): Promise<string[] | undefined>;
  },
): Promise<Delivered> {
  const { request, duck, meter, tally, tools, runId, startedAt } = run;
  const { lookups } = to;
  const target = takerOf(part, to.target);
  await makeMissing(run, part, lookups);
  const unsent = new Unsent(part.rows);
  await addRefused(unsent, part, { fields: request.fields, lookups, made: true, duck });
  const inTurn = request.key.length > 0 && !isKeyPrimary(request);
  const context = { ...to, duck, meter, tally, tools, runId, startedAt, unsent, inTurn };
  if (isBulk(target)) {
    const rows = await interruptible(run, () => rowsOfPart(run, part, { ...to, unsent }));
    return deliverByJobs(part, rows, { ...context, target, types: await to.typesOf() });
  }
  const stretches = await interruptible(run, () => linesOf(run, part, { ...to, target, unsent }));
  return deliver(part, stretches, { ...context, target });
}

/** What takes the operations of a part: a destination may take some by files and others in batches. */
function takerOf({ kind, change }: Sendable, target: AnyTarget): AnyTarget {
  if (!isBulk(target) || !target.batches || !target.takes) return target;
  return target.takes(kind, change) ? target : target.batches;
}

/** SQL of a part's rows, with everything that goes into its records. */
async function rowsOfPart(
  { duck, tools: { workDir }, shape: { columns } }: Run,
  part: Sendable,
  { mapping, ...to }: { mapping: Mapping; lookups: Lookups; unsent: Unsent },
): Promise<string> {
  await whole(part);
  return renderedRows(part, mapping, { ...to, columns, duck, workDir });
}

/** The records of a part; where a record is made of columns as they are, straight from the staged lines. */
async function linesOf(
  { duck, tools, shape: { columns } }: Run,
  part: Sendable,
  to: { mapping: Mapping; target: Target; lookups: Lookups; unsent: Unsent },
): Promise<AsyncGenerator<Stretch[]>> {
  const { mapping, target, lookups, unsent } = to;
  const { maxRows } = target;
  const maxBytes = bytesOf(target, tools.limiter);
  const picks = leavesAsStaged(part, mapping) && mapping.picks(part.change);
  if (part.staged && picks) {
    const staged = picks.map((pick) =>
      'column' in pick ? { ...pick, column: pick.column + stagedPrefix } : pick,
    );
    const projection = { columns: columns.length + stagedPrefix, picks: staged };
    const limits = { maxRows, maxBytes, upTo: part.upTo };
    const files = part.staged.parts.map(({ lines }) => lines);
    return projectedStretches(files, projection, limits);
  }
  const { workDir } = tools;
  const { wantsFormer = false } = target;
  const context = { columns, lookups, duck, workDir, unsent, former: wantsFormer };
  const rendered = await renderPart(part, mapping, context);
  return stretchesOf(rendered, { maxRows, maxBytes });
}

/** What all batches in flight may have together, in bytes of lines; the memory of a run is bounded. */
const bytesInFlight = 64 << 20;

/** The most for one batch: the more at once, the less for each. */
function bytesOf({ maxBytes, concurrency }: Target, limiter: Limiter): number {
  return Math.min(maxBytes, Math.floor(bytesInFlight / Math.min(concurrency, limiter.concurrency)));
}

function recordedOf(
  run: Run,
  part: Sendable,
  { outcomes, target }: { outcomes: Outcomes; target: AnyTarget },
): Recorded {
  const repeatable = target.isRepeatable(part.kind, part.change);
  const { owed } = run.footing;
  const settled = settle({ ...part, repeatable, owed }, outcomes, run.request.uncertain);
  return { ...part, settled, outcomes };
}
