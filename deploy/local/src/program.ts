// One of the product's programs as a child process: started, ready, perhaps killed and restarted, closed.
// What it says goes to its log file; when it dies before it is ready, the last lines of that file are in the error.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

export interface ProgramOptions {
  /** What people call it, for messages. */
  name: string;
  /** Path of the script that Node runs, and its arguments. */
  script: string;
  args: readonly string[];
  /** A command that runs what follows it, in another network for example, without leaving a process of its own between. */
  within?: readonly string[];
  /** Asked anew at every start. */
  env: () => Promise<Readonly<Record<string, string>>>;
  logFile: string;
  /** Answers 200 from when the program can work. */
  readyUrl: string;
}

export interface Program {
  readonly name: string;
  readonly logFile: string;
  /** Settles when the process that runs now has ended. */
  readonly exited: Promise<void>;
  /** Of the process that ran last; null while it runs, and when a signal ended it. */
  readonly exitCode: number | null;
  kill(signal: NodeJS.Signals): void;
  /**
   * Ends it if it still runs, starts it with the same settings, and waits until it is ready. `env` is added to its
   * environment for this start alone.
   */
  restart(env?: Readonly<Record<string, string>>): Promise<void>;
  /** SIGTERM, time to finish, SIGKILL. */
  close(): Promise<void>;
}

/** A first start on a busy machine, migrations included, takes a few seconds. */
const startMs = 60_000;
const patienceMs = 15_000;
const pollMs = 25;

interface Running {
  child: ChildProcess;
  /** Settles when it has ended. */
  ended: Promise<void>;
}

export async function openProgram(options: ProgramOptions): Promise<Program> {
  let running = await start(options);
  const close = async (): Promise<void> => {
    const { child, ended } = running;
    if (hasEnded(child)) return;
    child.kill('SIGTERM');
    // A stopped process hears SIGTERM only when it goes on.
    child.kill('SIGCONT');
    await Promise.race([ended, wait(patienceMs, undefined, { ref: false })]);
    if (!hasEnded(child)) child.kill('SIGKILL');
    await ended;
  };
  return {
    name: options.name,
    logFile: options.logFile,
    get exited() {
      return running.ended;
    },
    get exitCode() {
      return running.child.exitCode;
    },
    kill: (signal) => void running.child.kill(signal),
    restart: async (env = {}) => {
      await close();
      running = await start({
        ...options,
        env: async () => ({ ...(await options.env()), ...env }),
      });
    },
    close,
  };
}

async function start(options: ProgramOptions): Promise<Running> {
  const env = await options.env();
  const log = openSync(options.logFile, 'a');
  const lifeline = new URL('../dist/lifeline.js', import.meta.url);
  const command = [
    ...(options.within ?? []),
    process.execPath,
    `--import=${lifeline.href}`,
    options.script,
    ...options.args,
  ];
  const [program = '', ...args] = command;
  const child = spawn(
    program,
    args,
    // Of its own process group: ctrl-C in a terminal reaches us alone, and we end what we started in order.
    { env, stdio: ['pipe', log, log], detached: true },
  );
  closeSync(log);
  child.stdin?.on('error', () => undefined);
  const running = { child, ended: endOf(child) };
  try {
    await ready(running, options);
    return running;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

async function ready({ child, ended }: Running, options: ProgramOptions): Promise<void> {
  const deadline = performance.now() + startMs;
  while (!(await answers(options.readyUrl))) {
    if (hasEnded(child)) throw await startError(options, 'stopped while it started');
    if (performance.now() > deadline)
      throw await startError(options, `was not ready after ${startMs / 1000} s`);
    await Promise.race([wait(pollMs), ended]);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function startError(options: ProgramOptions, what: string): Promise<Error> {
  const lines = await lastLines(options.logFile);
  return new Error(`The ${options.name} ${what}. The end of ${options.logFile}:\n${lines}`);
}

export async function lastLines(file: string, count = 20): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-count).join('\n') || '(empty)';
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

/** Asked once, right after the start: nothing can be missed, and no listeners pile up. */
export function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    // It could not even be started.
    child.once('error', () => resolve());
  });
}
