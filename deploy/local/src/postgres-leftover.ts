import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { commandOf, isRunning } from './running-process.js';

const patienceMs = 30_000;
const pollMs = 20;

/**
 * Stops a server that still runs on this data folder although whoever started it is gone. A pid file that names a
 * process which is not that server is only a leftover, and is removed: the number has been given to another.
 */
export async function stopLeftover(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  if ((await commandOf(pid)).includes(data)) await stop(pid);
  await rm(file, { force: true });
}

async function stop(pid: number): Promise<void> {
  process.kill(pid, 'SIGINT');
  const deadline = performance.now() + patienceMs;
  while (isRunning(pid)) {
    if (performance.now() > deadline)
      throw new Error(`An earlier Postgres (process ${pid}) does not stop. End it: kill ${pid}`);
    await wait(pollMs);
  }
}
