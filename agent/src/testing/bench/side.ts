import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What one sending cost, in milliseconds: on the clock, and of the processor, all threads of this process. */
export interface Spent {
  ms: number;
  cpuMs: number;
}

/** What sends a case's rows once. */
export interface Contender {
  send(): Promise<void>;
}

/** In the process of a side: sends its rows at each message, and answers with the time that took. */
export function serveAsSide(contender: Contender): void {
  process.on('message', () => void spent(contender.send).then((took) => process.send?.(took)));
  process.send?.('ready');
}

async function spent(work: () => Promise<void>): Promise<Spent> {
  const started = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - started, cpuMs: (user + system) / 1000 };
}

/** A side of a benchmark in a process of its own, so that neither pays for what the other holds in memory. */
export async function openSide(script: string, args: readonly string[]): Promise<ChildProcess> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const side = fork(path, [...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await messageOf(side);
  return side;
}

/** Throws when the side ends without a word. */
export async function messageOf<Message>(side: ChildProcess): Promise<Message> {
  const gone = new AbortController();
  const leave = (): void => gone.abort(new Error('One side of the benchmark ended early.'));
  side.once('exit', leave);
  try {
    const [message] = (await once(side, 'message', { signal: gone.signal })) as [Message];
    return message;
  } finally {
    side.off('exit', leave);
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1]!;
}
