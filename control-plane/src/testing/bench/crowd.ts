import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(
  new URL('../../../dist/testing/bench/crowd-program.js', import.meta.url),
);

/** What a crowd is told. */
export type Order =
  | { kind: 'enrol'; url: string; tokens: string[] }
  | { kind: 'connect'; count: number }
  | { kind: 'work'; fromMs: number; toMs: number }
  | { kind: 'count' };

/** What it answers. */
export interface Standing {
  /** Agents with a session at this moment. */
  open: number;
  /** Sessions that were opened so far. */
  welcomes: number;
  acknowledged: number;
}

/** Agents in a process of their own. */
export class Crowd {
  private readonly ended: Promise<never>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
  ) {
    this.ended = once(child, 'exit').then(() => {
      throw new Error('A process of agents ended.');
    });
    this.ended.catch(() => undefined);
  }

  static open(url: string): Crowd {
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    return new Crowd(fork(script, { stdio: [...stdio], execArgv: [] }), url);
  }

  /** They are known from then on, and not connected. */
  async enrol(tokens: string[]): Promise<void> {
    await this.order({ kind: 'enrol', url: this.url, tokens });
  }

  /** Answers when so many of them have a session. */
  async connect(count: number): Promise<void> {
    await this.order({ kind: 'connect', count });
  }

  /** How long jobs take from now on. */
  async work(fromMs: number, toMs: number): Promise<void> {
    await this.order({ kind: 'work', fromMs, toMs });
  }

  count(): Promise<Standing> {
    return this.order({ kind: 'count' });
  }

  /** Gone without a word. */
  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await this.ended.catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One at a time. */
  private async order(order: Order): Promise<Standing> {
    const answered = new Promise<Standing>((resolve) => this.child.once('message', resolve));
    this.child.send(order);
    return Promise.race([answered, this.ended]);
  }
}

/** Of all crowds together. */
export async function countAll(crowds: readonly Crowd[]): Promise<Standing> {
  const all = await Promise.all(crowds.map((crowd) => crowd.count()));
  const sum = (of: (one: Standing) => number): number => all.reduce((n, one) => n + of(one), 0);
  return {
    open: sum(({ open }) => open),
    welcomes: sum(({ welcomes }) => welcomes),
    acknowledged: sum(({ acknowledged }) => acknowledged),
  };
}
