import { failureOf } from '../../failure.js';
import { isPrepared } from './prepared.js';
import type { Seen } from './plan.js';
import { openProgress } from './progress.js';
import { tryOut } from './trial.js';
import type { Trial, Verdict } from './trial.js';
import type { World } from './world.js';

export interface Violation {
  scenario: string;
  /** What was done to it; of crashes, `point:nth` one after the other. */
  disturbance: string;
  seed: number;
  /** Begins with the number of the invariant. */
  what: string;
}

export interface Missed extends Omit<Violation, 'what'> {
  mayMiss?: string;
}

export interface Tried {
  runs: number;
  /** Trials in which nothing happened. They try nothing, so without a reason why that may be the suite fails. */
  notRun: Missed[];
  violations: Violation[];
}

/** As many trials at once as there are worlds. */
export async function tryAll(
  worlds: readonly World[],
  trials: readonly Trial[],
  { seen, say }: { seen: Seen; say: (line: string) => void },
): Promise<Tried> {
  const tried: Tried = { runs: 0, notRun: [], violations: [] };
  const progress = openProgress(trials.length, say);
  const left = [...trials];
  const work = async (world: World): Promise<void> => {
    for (let trial = next(left, world); trial; trial = next(left, world)) {
      const verdict = await judged(world, trial, seen);
      const { mayMiss: _, ...told } = missed(trial);
      tried.runs += verdict.runs;
      tried.violations.push(...verdict.violations.map((what) => ({ ...told, what })));
      if (!verdict.happened && verdict.violations.length === 0) tried.notRun.push(missed(trial));
      progress.tried(`${told.scenario} · ${told.disturbance} · seed ${told.seed}`, verdict);
    }
  };
  await Promise.all(worlds.map(work));
  return tried;
}

/** A trial in which nothing happened. */
export function missed({ scenario, disturbance, seed, mayMiss }: Trial): Missed {
  const told = { scenario: scenario.name, disturbance: disturbance.name, seed };
  return { ...told, ...(mayMiss !== undefined && { mayMiss }) };
}

/** Rather one whose scenario this world has ready. */
function next(left: Trial[], world: World): Trial | undefined {
  const ready = left.findIndex(({ scenario }) => isPrepared(world, scenario));
  return left.splice(Math.max(0, ready), 1)[0];
}

async function judged(world: World, trial: Trial, seen: Seen): Promise<Verdict> {
  try {
    return await tryOut(world, trial, seen.get(trial.scenario)?.reference ?? '');
  } catch (error) {
    const { detail = '', message } = failureOf(error);
    return { runs: 0, violations: [`could not be judged: ${detail || message}`], happened: false };
  }
}
