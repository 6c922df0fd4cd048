import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { DriverAnswer, DriverJob } from './driver-job.js';

/** What became of a run: it said so, or its process is gone. */
export type Ending = { kind: 'told'; answer: DriverAnswer } | { kind: 'killed' };

/** A run that froze, and is somebody else's by the time it goes on. */
export interface Frozen {
  wake(): Promise<Ending>;
}

const script = new URL('../../../dist/testing/crash/driver.js', import.meta.url);
/** No run of these takes longer than a few seconds, however busy the machine. */
const patienceMs = 120_000;

/** Processes for runs. The next one starts while the last one works, since starting takes longer than a run. */
export class Drivers {
  private next: Promise<ChildProcess>;
  private isClosed = false;

  constructor(private readonly env: Readonly<Record<string, string>>) {
    this.next = this.start();
  }

  /** A process that survives its run is used again. */
  async run(job: DriverJob): Promise<Ending> {
    const child = await this.next;
    const ending = await endingOf(child, () => child.send(job));
    if (ending.kind === 'killed' && !this.isClosed) this.next = this.start();
    return ending;
  }

  /** Resolves once the process is stopped at its point; undefined when it never came there. */
  async freeze(job: DriverJob): Promise<Frozen | undefined> {
    const child = await this.next;
    this.next = this.start();
    const ending = endingOf(child, () => child.send(job));
    let isOver = false;
    void ending.finally(() => (isOver = true));
    while (!(await isStopped(child))) {
      if (isOver) {
        child.kill('SIGKILL');
        return undefined;
      }
      await wait(5);
    }
    return {
      wake: async () => {
        child.kill('SIGCONT');
        const woken = await ending;
        child.kill('SIGKILL');
        return woken;
      },
    };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    (await this.next).kill('SIGKILL');
  }

  private async start(): Promise<ChildProcess> {
    const child = fork(script, { env: this.env, serialization: 'advanced', execArgv: [] });
    child.setMaxListeners(50);
    await Promise.race([once(child, 'message'), once(child, 'exit').then(died)]);
    return child;
  }
}

function died(): never {
  throw new Error('A driver process ended while it started. Is agent/dist built?');
}

async function endingOf(child: ChildProcess, begin: () => void): Promise<Ending> {
  const over = new AbortController();
  const { signal } = over;
  const told = once(child, 'message', { signal }).then(([answer]): Ending => ({
    kind: 'told',
    answer: answer as DriverAnswer,
  }));
  const gone = once(child, 'exit', { signal }).then(([, name]): Ending => {
    if (name !== 'SIGKILL') throw new Error(`A driver process ended by itself (${name}).`);
    return { kind: 'killed' };
  });
  const late = wait(patienceMs, undefined, { signal }).then((): never => {
    child.kill('SIGKILL');
    throw new Error('A run did not come to an end.');
  });
  const all = [told, gone, late];
  for (const one of all) one.catch(() => undefined);
  begin();
  return Promise.race(all).finally(() => over.abort());
}

/** Linux says so in the third field of its stat. */
async function isStopped({ pid }: ChildProcess): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return /^\d+ \(.*\) T /.test(stat);
}
