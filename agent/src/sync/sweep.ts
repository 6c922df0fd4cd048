import { randomUUID } from 'node:crypto';
import { crashPoint } from '../crash-point.js';
import { Failure, failureOf } from '../failure.js';
import type { ListedObject } from '../store/store.js';
import { pointersOf, readManifest } from './baseline.js';
import type { Horizon } from './baseline.js';
import type { Run } from './run.js';
import type { SyncTools } from './tools.js';

// What nobody can need any more leaves the bucket: once a day for each sync, in a run that has moved the head.
//
//   baseline/   What the horizon, the baseline of a day ago, does not name. An object bears the generation that it was
//               made for, and a manifest names what it made and what the one before it named. So what the horizon does
//               not name of its own generation and older ones, no later manifest will: even a run that falls asleep
//               here and wakes up after others have gone on takes nothing that they need.
//   run=…/      Plans and journals of a day ago, but for those that the head names, whose log is still to be written.
//               What a later head will name was not there yet: the bucket is looked at between two moments at which
//               this run had its lease.
//   approval/   Plans that have waited for a month.
//
// Ages are differences of the bucket's own times; the agent's clock only says how often. What a crash, a refusal or the
// bound of a sweep leaves, the next one finds. Error texts and logs are left to the customer.

const dayMs = 24 * 3_600_000;
const approvalMs = 30 * dayMs;
/** Of each of the three; where there are more, another day takes others. */
const maxKeys = 50_000;
/** What one request removes. */
const batchKeys = 1000;

const graceOf = ({ graceMs = dayMs }: Pick<SyncTools, 'graceMs'>): number => graceMs;

/** The horizon of the next head: the former one until it is old enough, then the baseline that the head moves to. */
export function horizonAfter(
  former: Horizon | undefined,
  next: Omit<Horizon, 'since'>,
  tools: Pick<SyncTools, 'clock' | 'graceMs'>,
): Horizon {
  const now = tools.clock.now();
  const ageMs = former ? now - Date.parse(former.since) : Infinity;
  // A clock that went back must not keep the horizon where it is for ever.
  const isYoung = ageMs >= 0 && ageMs < graceOf(tools);
  return former && isYoung ? former : { ...next, since: new Date(now).toISOString() };
}

/** `horizon`: what the run found. What keeps it from the sweep is told, and nothing fails for it. */
export async function sweep(run: Run, horizon: Horizon | undefined): Promise<void> {
  const { baseline, tools } = run;
  const isDue = horizon && baseline.head.horizon?.manifest.key !== horizon.manifest.key;
  if (!isDue || run.failure || tools.signal.aborted) return;
  try {
    await remove(await deadKeys(run, horizon), tools);
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind !== 'CANCELLED' && !tools.signal.aborted) run.tally.add(notSwept(failure));
  }
}

async function remove(keys: readonly string[], { store, lease, signal }: SyncTools): Promise<void> {
  for (let n = 0; n < keys.length; n += batchKeys) {
    signal.throwIfAborted();
    lease.assertTrusted();
    crashPoint('sweep.before');
    await store.remove(keys.slice(n, n + batchKeys));
    crashPoint('sweep.after');
  }
}

async function deadKeys(run: Run, horizon: Horizon): Promise<string[]> {
  const { paths, tools } = run;
  const { store, lease, signal } = tools;
  lease.assertTrusted();
  const baseline = await listed(store.list(paths.baseline, signal));
  const runs = await listed(around(run));
  const approvals = await listed(store.list(paths.approvals, signal));
  let now = 0;
  for (const { modified } of [...baseline, ...runs, ...approvals])
    if (Number.isFinite(modified)) now = Math.max(now, modified);
  const graceMs = graceOf(tools);
  const isOld = ({ modified }: ListedObject, ms: number): boolean => now - modified >= ms;
  const [standing] = await listed(store.list(horizon.manifest.key, signal));
  const hasPassed = standing !== undefined && isOld(standing, graceMs);
  const named = await namesOf(run, horizon);
  const live = liveRuns(run);
  const dead = [
    ...baseline.filter(
      (object) => hasPassed && isOld(object, graceMs) && isDead(object, horizon, named),
    ),
    ...runs.filter((object) => isLeft(object, live) && isOld(object, lifeOf(object, graceMs))),
    ...approvals.filter((object) => isOld(object, approvalMs)),
  ];
  return dead.map(({ key }) => key);
}

async function namesOf({ tools }: Run, { manifest }: Horizon): Promise<Set<string>> {
  const read = await readManifest(tools.store, manifest, tools.signal);
  return new Set([manifest, ...pointersOf(read)].map(({ key }) => key));
}

function isDead({ key }: ListedObject, horizon: Horizon, named: ReadonlySet<string>): boolean {
  const [, generation] = /\/baseline\/(?:manifest-|[a-z]+\/)(\d+)-/.exec(key) ?? [];
  return generation !== undefined && Number(generation) <= horizon.generation && !named.has(key);
}

/** Runs whose plan and journal somebody may still read. */
function liveRuns({ runId, baseline }: Run): ReadonlySet<string> {
  const { inFlight, unlogged = [] } = baseline.head;
  return new Set([runId, ...[inFlight ?? [], unlogged].flat().map((left) => left.runId)]);
}

/** Of a run that is over, and not for people. */
function isLeft({ key }: ListedObject, live: ReadonlySet<string>): boolean {
  const [, runId] = /\/run=([^/]+)\/(?:plan|acks)\//.exec(key) ?? [];
  return runId !== undefined && !live.has(runId);
}

/** A part of a plan that waits goes after the approval that names it. */
const lifeOf = ({ key }: ListedObject, graceMs: number): number =>
  /\/plan\/part-\d+-waiting-/.test(key) ? approvalMs + dayMs : graceMs;

/** Begins anywhere, so that each is come to in the end, however many there are. */
async function* around({ paths, tools }: Run): AsyncIterable<ListedObject> {
  const { store, signal } = tools;
  const start = `${paths.runs}${randomUUID()}`;
  yield* store.list({ prefix: paths.runs, after: start }, signal);
  for await (const object of store.list(paths.runs, signal)) {
    if (object.key > start) return;
    yield object;
  }
}

async function listed(objects: AsyncIterable<ListedObject>): Promise<ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const object of objects) {
    found.push(object);
    if (found.length === maxKeys) break;
  }
  return found;
}

function notSwept(cause: Failure): Failure {
  return new Failure(
    cause.kind,
    'baseline.not_swept',
    'What no run needs any more could not be removed from the bucket. The run itself went well.',
    { cause, detail: `${cause.code}: ${cause.detail ?? cause.message}` },
  );
}
