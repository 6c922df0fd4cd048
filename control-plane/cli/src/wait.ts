import { setTimeout as pause } from 'node:timers/promises';
import type { Ask } from './api.js';
import type { Context } from './command.js';
import { CliFailure } from './failure.js';
import { oneRun, type Run } from './operation.js';
import { makeLiveLine } from './progress-line.js';

const finalStates = new Set(['succeeded', 'completed_with_errors', 'failed', 'cancelled']);
/** A person has to say how it goes on. */
const waitingStates = new Set(['waiting_approval', 'parked']);

export const isOver = ({ state }: Run): boolean => finalStates.has(state);

/** A run that waits for a person doesn't end by itself, so neither does waiting for it make sense. */
const isStill = (run: Run): boolean => isOver(run) || waitingStates.has(run.state);

const pollMs = 250;
/** A control plane that restarts is back sooner. */
const patienceMs = 60_000;

/** Asks until the run is over, and tells whoever watches how far it is. */
export async function waitFor(run: Run, ask: Ask, { live, note }: Context): Promise<Run> {
  const showLive = makeLiveLine(live, () => performance.now());
  let silentSince: number | undefined;
  for (let current = run; ;) {
    if (isStill(current)) {
      live('');
      return current;
    }
    showLive(current);
    await pause(pollMs);
    const answer = await askOnce(ask, run.id);
    if (answer) [current, silentSince] = [answer, undefined];
    else silentSince = stillPatient(silentSince, note);
  }
}

/** Undefined when the server didn't answer: the run goes on without us. */
async function askOnce(ask: Ask, id: string): Promise<Run | undefined> {
  try {
    return foundRun((await ask(oneRun, { id })).run, id);
  } catch (error) {
    if (error instanceof CliFailure && error.code === 'cli.unreachable') return undefined;
    throw error;
  }
}

function stillPatient(since: number | undefined, note: (line: string) => void): number {
  if (since === undefined) note('The server does not answer. The run goes on; asking again.');
  const start = since ?? performance.now();
  if (performance.now() - start < patienceMs) return start;
  throw new CliFailure(
    'cli.unreachable',
    'The server has not answered for a minute. See the run later with: drawbridge show RUN',
  );
}

export function foundRun(run: Run | null, id: string): Run {
  if (run) return run;
  throw new CliFailure('run.not_found', `There is no run "${id}". drawbridge runs lists them.`, 2);
}
