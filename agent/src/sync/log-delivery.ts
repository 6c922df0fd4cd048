import { crashPoint } from '../crash-point.js';
import { failureOf } from '../failure.js';
import type { Failure } from '../failure.js';
import type { Duck } from '../duck/duck.js';
import { allCached } from './baseline.js';
import type { Delivered } from './deliver.js';
import { startedAtOf } from './journal.js';
import type { InFlight } from './journal.js';
import { logInterrupted } from './log-interrupted.js';
import { logChanges } from './log.js';
import type { LogContext, Loggable } from './log.js';
import type { Change } from './mapping.js';
import type { Outcomes } from './outcomes.js';
import type { SyncPaths } from './paths.js';
import type { Plan } from './plan.js';
import type { Run } from './run.js';
import type { SyncTools } from './tools.js';

/** Logs what a run did with its plan. */
export async function logDelivery(
  run: Run,
  planned: Plan,
  delivered: ReadonlyMap<Change, Delivered>,
): Promise<Failure | undefined> {
  const announced = run.baseline.head.inFlight;
  const pointers = new Map(
    announced?.runId === run.runId ? announced.parts.map((part) => [part.change, part.files]) : [],
  );
  const parts = planned.parts.map(({ change, kind, rows, sealed, ...part }): Loggable => {
    const files = sealed ? [sealed.told] : part.files;
    const ended = delivered.get(change)?.outcomes ?? (kind === undefined ? 'skipped' : undefined);
    return { change, operation: kind, rows, files, inBucket: pointers.get(change), ended };
  });
  const left = planned.leftOut.map(({ outcome, ...rest }): Loggable => ({
    ...rest,
    ended: outcome,
  }));
  const { request, runId, tools, startedAt, shape, footing, paths, duck } = run;
  const epoch = String(tools.lease.epoch);
  const context = { request, runId, epoch, startedAt, shape, paths, duck, tools };
  return logChanges([...parts, ...left], { ...context, owed: footing.owed });
}

/**
 * Logs a run that has nothing to send, if a guard is why. What the mapping leaves out is left out in every run alike,
 * and told with the next one that sends something.
 */
export async function logWithheld(run: Run, planned: Plan): Promise<Failure | undefined> {
  const isNews = planned.leftOut.some(({ outcome }) => outcome === 'withheld');
  return isNews ? logDelivery(run, planned, new Map()) : undefined;
}

/**
 * Logs what a run that was cut off had done, again if it had come to that. What it had left out of its plan is not
 * known any more.
 */
export async function logCutOff(
  left: InFlight,
  journal: ReadonlyMap<Change, Outcomes>,
  context: CutOffContext,
): Promise<Failure | undefined> {
  const { tools } = context;
  try {
    const parts = await cutOffParts(left, journal, tools);
    await clear(left, context);
    const failure = await logChanges(parts, {
      ...context,
      runId: left.runId,
      epoch: left.epoch,
      startedAt: startedAtOf(left, tools.clock),
      shape: { ...left, seed: BigInt(left.seed), mapping: left.mapping },
      owed: left.owed ?? false,
    });
    return failure ?? (await logInterrupted(left, journal, context));
  } catch (error) {
    return failureOf(error);
  }
}

interface CutOffContext {
  request: LogContext['request'];
  tools: SyncTools;
  paths: SyncPaths;
  duck: Duck;
}

async function cutOffParts(
  left: InFlight,
  journal: ReadonlyMap<Change, Outcomes>,
  tools: SyncTools,
): Promise<Loggable[]> {
  const parts: Loggable[] = [];
  for (const { change, kind, rows, files } of left.parts) {
    const ended = journal.get(change);
    if (!ended || ended.counts().untold === rows) continue;
    const part = { change, operation: kind, rows, inBucket: files, ended };
    parts.push({ ...part, files: await allCached(tools, files) });
  }
  return parts;
}

/** The journal may lag behind what the run itself knew; so nothing of what it logged may stay beside what is logged now. */
async function clear(
  { runId, epoch }: InFlight,
  { tools, paths }: Pick<CutOffContext, 'tools' | 'paths'>,
): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of tools.store.list(paths.changelog(runId), tools.signal))
    if (key.includes(`/part-${epoch}-`) || key.endsWith(`/_log-${epoch}.json`)) keys.push(key);
  if (keys.length === 0) return;
  crashPoint('changelog.clear');
  // Who has taken over meanwhile may have written it whole.
  tools.lease.assertTrusted();
  await tools.store.remove(keys);
  crashPoint('changelog.cleared');
}
