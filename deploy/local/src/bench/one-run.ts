import { setTimeout as wait } from 'node:timers/promises';
import { isOver } from '../testing/whole.js';
import type { RunRow, Whole } from '../testing/whole.js';

/** Asking costs the control plane time, and the machine is small. */
const pollMs = 250;

/** A run from the command to its end, however long it takes; fails when it does not succeed or its agent ends. */
export async function runToEnd(
  whole: Whole,
  sync: string,
  options: Record<string, boolean> = {},
): Promise<{ run: RunRow; wallMs: number }> {
  let isAgentGone = false;
  void whole.product.agents[0]!.exited.then(() => (isAgentGone = true));
  const started = performance.now();
  const id = await whole.start(sync, options);
  let run = await whole.show(id);
  while (!isOver(run)) {
    if (isAgentGone) throw new Error(`The agent ended in phase ${run.phase}.`);
    await wait(pollMs);
    run = await whole.show(id);
  }
  if (run.state !== 'succeeded') throw new Error(`The run ${run.state}: ${JSON.stringify(run)}`);
  return { run, wallMs: Math.round(performance.now() - started) };
}

/** The phases of a run together. */
export const engineMsOf = ({ phases }: RunRow): number =>
  Object.values(phases).reduce((sum, ms) => sum + ms, 0);
