import { failureOf } from '../../failure.js';
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

/** As many trials at once as there are worlds. */
export async function tryAll(
  worlds: readonly World[],
  trials: readonly Trial[],
  say: (line: string) => void,
): Promise<{ runs: number; violations: Violation[] }> {
  const violations: Violation[] = [];
  const left = [...trials];
  let runs = 0;
  const work = async (world: World): Promise<void> => {
    for (let trial = left.shift(); trial; trial = left.shift()) {
      const verdict = await judged(world, trial);
      runs += verdict.runs;
      const told = {
        scenario: trial.scenario.name,
        disturbance: trial.disturbance.name,
        seed: trial.seed,
      };
      violations.push(...verdict.violations.map((what) => ({ ...told, what })));
      const mark = verdict.violations.length > 0 ? 'BAD' : verdict.happened ? 'ok ' : '-- ';
      say(`${mark} ${told.scenario} · ${told.disturbance}${verdict.violations.map((what) => `\n      ${what}`).join('')}`); // prettier-ignore
    }
  };
  await Promise.all(worlds.map(work));
  return { runs, violations };
}

async function judged(world: World, trial: Trial): Promise<Verdict> {
  try {
    return await tryOut(world, trial);
  } catch (error) {
    const { detail = '', message } = failureOf(error);
    return { runs: 0, violations: [`could not be judged: ${detail || message}`], happened: false };
  }
}
