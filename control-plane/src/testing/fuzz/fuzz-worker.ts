// Tries inputs in a thread of its own, whose memory is bounded; tells before each input which one it is.
import { parentPort, workerData } from 'node:worker_threads';
import { tryInputs, type Plan, type Reader } from './try-inputs.js';

/** What `tryInWorker` hands over. */
export interface Work extends Omit<Plan, 'begin'> {
  reader: Reader;
  /** The number of the input that is under way. */
  current: Int32Array;
}

const { reader, current, ...plan } = workerData as Work;
const begin = (input: number): void => void Atomics.store(current, 0, input);
const tried = tryInputs(reader, { ...plan, begin });
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(tried);
