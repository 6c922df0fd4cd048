import { crashPoints } from '../../crash-point.js';
import type { CrashPoint } from '../../crash-point.js';
import { randomFrom } from './changes.js';
import { scenarios } from './scenario.js';
import type { Scenario } from './scenario.js';
import { crashes } from './crashes.js';
import { pointsOf } from './trial.js';
import type { Trial } from './trial.js';
import type { World } from './world.js';

/** How often the runs of each scenario come to each point, as they were seen to. */
export type Passed = Map<Scenario, ReadonlyMap<CrashPoint, number>>;

const points = Object.keys(crashPoints) as CrashPoint[];
/** Points that only a whole agent comes to, with a control plane to talk to. */
export const productPoints = points.filter((point) => point.startsWith('job.'));
export const enginePoints = points.filter((point) => !point.startsWith('job.'));

/** Each in one of the worlds, which then has it ready. */
export async function watchScenarios(
  worlds: readonly World[],
  which: readonly Scenario[] = scenarios,
): Promise<Passed> {
  const seen = new Map<Scenario, ReadonlyMap<CrashPoint, number>>();
  const left = [...which];
  const watch = async (world: World): Promise<void> => {
    for (let scenario = left.shift(); scenario; scenario = left.shift())
      seen.set(scenario, await pointsOf(world, scenario));
  };
  await Promise.all(worlds.map(watch));
  // In their own order: the same seed means the same trials.
  return new Map(which.map((scenario) => [scenario, seen.get(scenario)!]));
}

/** Points that no scenario comes to: nobody would notice a crash there. */
export function neverPassed(passed: Passed): CrashPoint[] {
  return enginePoints.filter((point) => ![...passed.values()].some((seen) => seen.has(point)));
}

/** Each point once, in the first scenario that comes to it. */
export function eachPointOnce(passed: Passed, seed: number): Trial[] {
  return enginePoints.flatMap((point, n) => {
    const found = [...passed].find(([, seen]) => seen.has(point));
    return found
      ? [{ scenario: found[0], seed: seed + n, disturbance: crashes({ point, nth: 1 }) }]
      : [];
  });
}

/** Each point in each scenario that comes to it: at its first passing and at its last. */
export function everyPoint(passed: Passed, seed: number): (Trial & { point: CrashPoint })[] {
  const trials: (Trial & { point: CrashPoint })[] = [];
  for (const [scenario, seen] of passed)
    for (const [point, times] of seen)
      for (const nth of new Set([1, times]))
        trials.push({
          point,
          scenario,
          seed: seed + trials.length,
          disturbance: crashes({ point, nth }),
        });
  return trials;
}

/** A crash anywhere, and another one in the run that recovers from it. */
export function randomPairs(
  passed: Passed,
  { pairs, seed }: { pairs: number; seed: number },
): Trial[] {
  const chance = randomFrom(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(chance() * of.length)]!;
  const recovering = enginePoints.filter((point) => !point.startsWith('report.'));
  return Array.from({ length: pairs }, (_, n) => {
    const [scenario, seen] = one([...passed]);
    const [point, times] = one([...seen]);
    const first = { point, nth: 1 + Math.floor(chance() * times) };
    const second = { point: one(recovering), nth: 1 + Math.floor(chance() * 2) };
    return { scenario, seed: seed + 10_000 + n, disturbance: crashes(first, second) };
  });
}
