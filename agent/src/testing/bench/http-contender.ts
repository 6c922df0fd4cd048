// One side of the http benchmark in a process of its own, so that neither pays for what the other holds in memory.
// Each message makes it send its rows once; it answers with the time that took.
import { cases } from './http-case.js';
import { openBare } from './http-bare.js';
import { openOurs } from './http-ours.js';

/** What one sending cost, in milliseconds: on the clock, and of the processor, all threads of this process. */
export interface Spent {
  ms: number;
  cpuMs: number;
}

const [side = '', name = '', sinkUrl = '', directory = ''] = process.argv.slice(2);
const of = cases.find((each) => each.name === name);
if (!of) throw new Error(`There is no case "${name}".`);
const contender = side === 'ours' ? await openOurs(of, sinkUrl, directory) : openBare(of, sinkUrl);

process.on('message', () => void spent(contender.send).then((took) => process.send?.(took)));
process.send?.('ready');

async function spent(work: () => Promise<void>): Promise<Spent> {
  const started = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - started, cpuMs: (user + system) / 1000 };
}
