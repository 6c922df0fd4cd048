import { crashPoints } from '../../crash-point.js';
import type { CrashPoint } from '../../crash-point.js';
import { randomFrom } from './changes.js';
import { scenarios } from './scenario.js';
import type { Scenario } from './scenario.js';
import { crashes } from './crashes.js';
import { watch } from './trial.js';
import type { Trial, Watched } from './trial.js';
import type { World } from './world.js';

/** What an undisturbed run of each scenario does. */
export type Seen = ReadonlyMap<Scenario, Watched>;

const points = Object.keys(crashPoints) as CrashPoint[];
/** Points that only a whole agent comes to, with a control plane to talk to. */
export const productPoints = points.filter((point) => point.startsWith('job.'));
export const enginePoints = points.filter((point) => !point.startsWith('job.'));

/** Each in one of the worlds, which then has it ready. */
export async function watchScenarios(
  worlds: readonly World[],
  which: readonly Scenario[] = scenarios,
): Promise<Seen> {
  const seen = new Map<Scenario, Watched>();
  const left = [...which];
  const watchSome = async (world: World): Promise<void> => {
    for (let scenario = left.shift(); scenario; scenario = left.shift())
      seen.set(scenario, await watch(world, scenario));
  };
  await Promise.all(worlds.map(watchSome));
  // In their own order: the same seed means the same trials.
  return new Map(which.map((scenario) => [scenario, seen.get(scenario)!]));
}

/** Fewest scenarios that between them come to every point. */
const covering = new Set([
  'mirror',
  'mirror, recovering',
  'mirror, nothing had left',
  'mirror, logged anew',
  'mirror, owing a log',
  'mirror, compacting',
  'append, hold, recovering',
  'mirror, waiting for approval',
  'mirror, looking up',
  'replace',
  'jobs',
]);
export const coveringScenarios = scenarios.filter(({ name }) => covering.has(name));

/** Points that no scenario comes to: nobody would notice a crash there. */
export function neverPassed(seen: Seen): CrashPoint[] {
  return enginePoints.filter(
    (point) => ![...seen.values()].some(({ passed }) => passed.has(point)),
  );
}

/** Each point once, in the first scenario that comes to it. */
export function eachPointOnce(seen: Seen, seed: number): Trial[] {
  return enginePoints.flatMap((point, n) => {
    const found = [...seen].find(([, { passed }]) => passed.has(point));
    return found
      ? [{ scenario: found[0], seed: seed + n, disturbance: crashes({ point, nth: 1 }) }]
      : [];
  });
}

/** How much of a plan is tried: everything, or so much that no step and no way to deliver is left out. */
export interface Extent {
  isThorough: boolean;
  seed: number;
}

/** Scenarios that differ in every step, and between them come to nearly every point. */
const unlike = new Set([
  'mirror',
  'append, hold, recovering',
  'mirror, looking up',
  'replace',
  'undo',
  'http',
  'jobs, recovering',
  'slack, recovering',
  'slack, blind',
]);

/** Steps before and after these are the same code however a scenario delivers. */
export const deliveryPoints: readonly CrashPoint[] = [
  'recover.read',
  'recover.end',
  'announce.after',
  'intent.after',
  'make.after',
  'batch.before',
  'batch.leaving',
  'batch.answered',
  'load.made',
  'load.named',
  'load.submitted',
  'load.over',
  'finish.statement',
  'finish.after',
  'outcome.after',
  'deliver.after',
  'log.after',
  'manifest.after',
  'head.after',
];

/**
 * Each point in each scenario that comes to it, at its first passing and at its last. Unless it is to be thorough, a
 * scenario that only delivers otherwise tries every other point of the delivery, and each point is tried once.
 */
export function everyPoint(seen: Seen, { isThorough, seed }: Extent): AtPoint[] {
  const trials: AtPoint[] = [];
  for (const [n, [scenario, { passed }]] of [...seen].entries())
    for (const [point, times] of passed) {
      const turn = deliveryPoints.indexOf(point) + n;
      const isDue = unlike.has(scenario.name) || (turn >= n && turn % 2 === 0);
      if (!isThorough && !isDue) continue;
      const last = trials.length % 2 === 0 ? 1 : times;
      for (const nth of new Set(isThorough ? [1, times] : [last])) {
        const disturbance = crashes({ point, nth });
        const mayMiss = whyMissed(point, nth);
        trials.push({ point, scenario, seed: seed + trials.length, disturbance, ...mayMiss });
      }
    }
  return trials;
}

/** Outcomes go to the bucket as the last ones have arrived there, so nobody can say into how many parts. */
function whyMissed(point: CrashPoint, nth: number): { mayMiss?: string } {
  const isByTime = point.startsWith('outcome.') && nth > 1;
  return isByTime ? { mayMiss: 'how often outcomes are written depends on time' } : {};
}

type AtPoint = Trial & { point: CrashPoint };

/** A crash anywhere, and another one in the run that recovers from it. */
export function randomPairs(seen: Seen, { pairs, seed }: { pairs: number; seed: number }): Trial[] {
  const chance = randomFrom(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(chance() * of.length)]!;
  const recovering = enginePoints.filter((point) => !point.startsWith('report.'));
  return Array.from({ length: pairs }, (_, n) => {
    const [scenario, { passed }] = one([...seen]);
    const [point, times] = one([...passed]);
    const first = { point, nth: 1 + Math.floor(chance() * times) };
    const second = { point: one(recovering), nth: 1 + Math.floor(chance() * 2) };
    return { scenario, seed: seed + 10_000 + n, disturbance: crashes(first, second) };
  });
}
