import { Dice } from './dice.js';
import { frameInput, frameProblem, soundFrames } from './frame-inputs.js';
import { soundFiles, yamlInput, yamlProblem } from './yaml-inputs.js';

export interface Tried {
  inputs: number;
  slowestMs: number;
  /** What went wrong, with the seed and the number by which the input is made again. */
  failures: string[];
}

export interface Plan {
  seed: number;
  from: number;
  until: number;
  /** An input that takes longer is a failure: of the processor's time where it is ours alone. */
  limitMs: number;
  /** Called before each. */
  begin?: (input: number) => void;
}

const readers = {
  frames: () => {
    const sound = soundFrames();
    return (dice: Dice) => frameProblem(frameInput(dice, sound));
  },
  yaml: () => {
    const sound = soundFiles();
    return (dice: Dice) => yamlProblem(yamlInput(dice, sound));
  },
};

export type Reader = keyof typeof readers;

export function tryInputs(reader: Reader, { seed, from, until, limitMs, begin }: Plan): Tried {
  const attempt = readers[reader]();
  const tried: Tried = { inputs: 0, slowestMs: 0, failures: [] };
  for (let input = from; input < until; input += 1) {
    begin?.(input);
    const begun = process.threadCpuUsage();
    const problem = problemOf(() => attempt(new Dice(seed, input)));
    const { user, system } = process.threadCpuUsage(begun);
    const tookMs = (user + system) / 1_000;
    tried.inputs += 1;
    tried.slowestMs = Math.max(tried.slowestMs, Math.round(tookMs));
    const late = tookMs > limitMs ? `took ${Math.round(tookMs)} ms` : undefined;
    for (const failure of [problem, late].filter((one) => one !== undefined))
      tried.failures.push(`${reader}, seed ${seed}, input ${input}: ${failure}`);
  }
  return tried;
}

function problemOf(attempt: () => string | undefined): string | undefined {
  try {
    return attempt();
  } catch (error) {
    return `threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  }
}
