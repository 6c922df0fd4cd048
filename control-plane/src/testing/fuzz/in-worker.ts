import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Work } from './fuzz-worker.js';
import type { Plan, Reader, Tried } from './try-inputs.js';

/** What one input may hold in memory, with all that was not collected yet. */
const maxHeapMiB = 512;
const lookEveryMs = 200;

/** An input that never ends, or that needs more memory than there is, is told as a failure; the next one goes on after it. */
export async function tryInWorker(reader: Reader, plan: Plan): Promise<Tried> {
  const sum: Tried = { inputs: 0, slowestMs: 0, failures: [] };
  for (let { from } = plan; from < plan.until;) {
    const current = new Int32Array(new SharedArrayBuffer(4)).fill(from);
    const outcome = await tried({ ...plan, from, reader, current });
    if (typeof outcome !== 'string') return added(sum, outcome);
    const input = Atomics.load(current, 0);
    sum.inputs += input + 1 - from;
    sum.failures.push(`${reader}, seed ${plan.seed}, input ${input}: ${outcome}`);
    from = input + 1;
  }
  return sum;
}

const added = (sum: Tried, more: Tried): Tried => ({
  inputs: sum.inputs + more.inputs,
  slowestMs: Math.max(sum.slowestMs, more.slowestMs),
  failures: [...sum.failures, ...more.failures],
});

/** What the thread came to, or how it was lost. */
async function tried(work: Work): Promise<Tried | string> {
  const worker = new Worker(new URL('./fuzz-worker.js', import.meta.url), {
    workerData: work,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB },
  });
  const stuck = Promise.withResolvers<string>();
  const watch = setInterval(watcherOf(work, stuck.resolve), lookEveryMs);
  try {
    const said = once(worker, 'message').then(([message]) => message as Tried);
    return await Promise.race([said, stuck.promise]).catch((error: unknown) => lossOf(error));
  } finally {
    clearInterval(watch);
    await worker.terminate();
  }
}

/** Ten times the limit: what is only slow ends by itself, and is told with its time. */
function watcherOf({ current, limitMs }: Work, tell: (why: string) => void): () => void {
  let last = -1;
  let sinceMs = performance.now();
  return () => {
    const input = Atomics.load(current, 0);
    if (input !== last) [last, sinceMs] = [input, performance.now()];
    else if (performance.now() - sinceMs > 10 * limitMs) tell('does not end');
  };
}

const lossOf = (error: unknown): string =>
  (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? `needs more than ${maxHeapMiB} MiB`
    : `ended the thread: ${String(error)}`;
