// A vendor's server as the tests of the agent have it, in a process of its own. It says on its first line, as JSON,
// where it is and how one gets in; what it says later goes to its log, and to whoever listens.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endOf, hasEnded, lastLines } from '../program.js';
import { surroundings } from '../product.js';

export interface VendorServer<Said> {
  name: string;
  /** Its first line. */
  said: Said;
  logFile: string;
  /** Settles when the process has ended. */
  exited: Promise<void>;
  close(): Promise<void>;
}

export interface VendorOptions {
  /** What people call it, for messages. */
  name: string;
  /** Under `agent/dist/testing`. */
  script: string;
  args: readonly string[];
  logFile: string;
  onLine?: (line: string) => void;
}

/** For a server that clients reach at another address than its own, which its answers name. */
export const publicArgs = (url: string | undefined): string[] =>
  url === undefined ? [] : ['--public-url', url];

const servers = fileURLToPath(new URL('../../../../agent/dist/testing/', import.meta.url));

export async function openVendorServer<Said>(options: VendorOptions): Promise<VendorServer<Said>> {
  const { name, script, args, logFile, onLine } = options;
  const lifeline = new URL('../../dist/lifeline.js', import.meta.url);
  const child = spawn(process.execPath, [`--import=${lifeline.href}`, servers + script, ...args], {
    env: surroundings(),
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C in a terminal reaches us alone, and we end what we started in order.
    detached: true,
  });
  child.stdin.on('error', () => undefined);
  const exited = endOf(child);
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stderr.on('data', (bytes: Buffer) => log.write(bytes));
  const first = Promise.withResolvers<string>();
  let isFirst = true;
  createInterface({ input: child.stdout }).on('line', (line) => {
    // It holds what one gets in with, which no log needs.
    if (isFirst) first.resolve(line);
    else {
      log.write(`${line}\n`);
      onLine?.(line);
    }
    isFirst = false;
  });
  const close = async (): Promise<void> => {
    if (!hasEnded(child)) child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await exited;
    clearTimeout(late);
    log.end();
  };
  const line = await Promise.race([first.promise, exited]);
  if (line === undefined)
    throw new Error(`${name} stopped while it started:\n${await lastLines(logFile)}`);
  return { name, said: JSON.parse(line) as Said, logFile, exited, close };
}

const patienceMs = 5_000;
