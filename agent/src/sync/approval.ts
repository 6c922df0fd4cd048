import { join } from 'node:path';
import type { OperationKind } from '../connector/destination.js';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import { crashPoint } from '../crash-point.js';
import { Failure } from '../failure.js';
import type { ObjectPointer } from '../store/store.js';
import { whereabouts } from './elsewhere.js';
import type { Change } from './mapping.js';
import { countOf } from './passes.js';
import { placeOf, planDigest, rowFingerprint } from './plan-digest.js';
import type { DigestedPart } from './plan-digest.js';
import { rowsOf, whole } from './plan.js';
import type { Plan } from './plan.js';
import type { Run } from './run.js';
import { asParquet } from './work-files.js';

// A plan that a guard wants approved, or that is another one than the dry run showed:
//
//   waiting    nothing was sent; the plan is in the bucket under its digest, and the report names that
//   approved   a run comes with the digest, and plans anew: what it finds is the same, or less → it is sent
//   outgrown   what it finds has an operation that nobody approved → it waits, under its own digest

/** In the bucket under its digest, for the run that is allowed to send it. */
export interface WaitingPlan {
  format: 1;
  runId: string;
  /** Of the fingerprints, decimal: without a baseline each run would make others of the same rows. */
  seed: string;
  /** See `placeOf`. */
  place: string;
  parts: { change: Change; kind: OperationKind; rows: number; file: ObjectPointer }[];
}

/** What somebody approved; undefined where it has expired, or was never in the bucket. */
export async function readApproved({
  request,
  tools,
  paths,
}: Run): Promise<WaitingPlan | undefined> {
  const { approvedPlan } = request.run;
  if (approvedPlan === undefined) return undefined;
  const object = await tools.store.get(paths.approval(approvedPlan), tools.signal);
  if (!object) return undefined;
  try {
    const waiting = JSON.parse(Buffer.from(object.body).toString()) as WaitingPlan;
    // What another version kept is shown again in this one's words.
    return waiting.format === 1 ? waiting : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a guard wants somebody to approve the plan, or it is another one than somebody expects, and nobody has. */
export async function mustWait(
  run: Run,
  planned: Plan,
  approved: WaitingPlan | undefined,
): Promise<boolean> {
  const { expectedPlan } = run.request.run;
  if (run.unapproved.size === 0 && expectedPlan === undefined) return false;
  run.planDigest = await digestOf(run, planned);
  if (run.unapproved.size === 0 && run.planDigest === expectedPlan) return false;
  return !(await isApproved(run, planned, approved));
}

/** Nothing leaves: a plan is approved as a whole. What the guard wants approved is withheld, the rest is pending. */
export async function wait(run: Run, planned: Plan): Promise<void> {
  const { meter, unapproved } = run;
  await keepWaiting(run, planned);
  for (const { change, kind, rows } of planned.parts)
    if (kind !== undefined) meter.counts[unapproved.has(change) ? 'withheld' : 'pending'] += rows;
  meter.planned = 0;
  run.isWaiting = true;
}

export async function digestOf({ request, duck, shape }: Run, planned: Plan): Promise<string> {
  for (const part of planned.parts) await whole(part);
  return planDigest(duck, placeOf(request, whereabouts(shape)), digestedParts(planned));
}

/** Whether the plan may be sent: it is the approved one, or has nothing that was not in it. */
async function isApproved(
  run: Run,
  planned: Plan,
  approved: WaitingPlan | undefined,
): Promise<boolean> {
  const { approvedPlan } = run.request.run;
  if (approvedPlan === undefined) return false;
  if (approvedPlan === run.planDigest) return true;
  if (!approved || approved.place !== placeOf(run.request, whereabouts(run.shape))) return false;
  const parts = await approvedParts(run, approved);
  // Nobody approved an object that merely lies under that name.
  if (!parts || (await planDigest(run.duck, approved.place, parts)) !== approvedPlan) return false;
  return isWithin(run.duck, digestedParts(planned), parts);
}

/** The plan in the bucket, once: a run that finds the same again has nothing to add. */
async function keepWaiting(run: Run, planned: Plan): Promise<void> {
  const { request, tools, paths, runId, shape, planDigest: digest = '' } = run;
  if (await tools.store.get(paths.approval(digest), tools.signal)) return;
  const waiting: WaitingPlan = {
    format: 1,
    runId,
    seed: String(shape.seed),
    place: placeOf(request, whereabouts(shape)),
    parts: [],
  };
  for (const part of planned.parts) {
    const { change, kind, rows } = part;
    if (kind === undefined) continue;
    const file = join(tools.workDir, `waiting-${change}.parquet`);
    // Where no values may rest in the bucket, the keys' fingerprints are enough to compare with.
    const columns = request.snapshots === 'hashed' ? 'klo, khi, rh' : '*';
    await run.duck.run(
      `copy (select ${columns} from ${rowsOf(part)}) to ${quoteText(file)} ${asParquet}`,
    );
    const key = paths.plan(runId, tools.lease.epoch, `waiting-${change}`);
    waiting.parts.push({
      change,
      kind,
      rows,
      file: await tools.store.upload(key, file, tools.signal),
    });
  }
  tools.lease.assertTrusted();
  crashPoint('waiting.before');
  await tools.store.put(paths.approval(digest), Buffer.from(JSON.stringify(waiting)));
  crashPoint('waiting.after');
}

/** The plan's operations, as a digest wants them. */
const digestedParts = ({ parts }: Plan): DigestedPart[] =>
  parts.map((part) => ({ change: part.change, kind: part.kind, relation: rowsOf(part) }));

/** Undefined when a part of it has expired or was changed. */
async function approvedParts(
  { tools }: Run,
  { parts }: WaitingPlan,
): Promise<DigestedPart[] | undefined> {
  const fetched: DigestedPart[] = [];
  for (const { change, kind, file } of parts) {
    const path = join(tools.workDir, `approved-${change}.parquet`);
    try {
      await tools.store.download(file, path, tools.signal);
    } catch (error) {
      if (error instanceof Failure && ['store.missing', 'store.corrupt'].includes(error.code))
        return undefined;
      throw error;
    }
    fetched.push({ change, kind, relation: `read_parquet(${quoteText(path)})` });
  }
  return fetched;
}

/** By key, row and what is done with it: a row with another value is another operation. */
async function isWithin(
  duck: Duck,
  parts: readonly DigestedPart[],
  ceiling: readonly DigestedPart[],
): Promise<boolean> {
  const select = (relation: string): string =>
    `select klo, khi, ${rowFingerprint('rh')} as row from ${relation}`;
  for (const { change, kind, relation } of parts) {
    if (kind === undefined) continue;
    const above = ceiling.find((part) => part.change === change && part.kind === kind);
    if (!above) return false;
    const beyond = `(${select(relation)}) as p anti join (${select(above.relation)}) as a using (klo, khi, row)`;
    if ((await countOf(duck, beyond)) > 0) return false;
  }
  return true;
}
