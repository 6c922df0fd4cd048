// Holds a process to an amount of memory by the kernel, not by trust: a memory cgroup (version 1 or 2) that the process
// enters as the first thing it does. Whoever needs more is killed.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface MemoryCage {
  /** How it is enforced, in words. */
  how: string;
  /** For a program that shall be in it from its first instruction of JavaScript on. */
  env: Readonly<Record<string, string>>;
  /** Peak since it was made, with page cache, which the kernel takes back when it needs room. */
  peakBytes(): Promise<number>;
  /** How often the kernel killed somebody in it. */
  kills(): Promise<number>;
  /** Nobody may be in it any more. */
  close(): Promise<void>;
}

const root = '/sys/fs/cgroup';

export async function openMemoryCage(name: string, limitBytes: number): Promise<MemoryCage> {
  if (existsSync(join(root, 'cgroup.controllers')))
    return makeCage(join(root, name), limitBytes, version2);
  if (existsSync(join(root, 'memory/memory.limit_in_bytes')))
    return makeCage(join(root, 'memory', name), limitBytes, version1);
  throw new Error(
    `There is no memory cgroup below ${root}: nothing would hold the agent's memory.`,
  );
}

interface Version {
  how: string;
  limit: string;
  swap: string;
  peak: string;
  kills: string;
}

const version1: Version = {
  how: 'cgroup v1, memory.limit_in_bytes',
  limit: 'memory.limit_in_bytes',
  swap: 'memory.memsw.limit_in_bytes',
  peak: 'memory.max_usage_in_bytes',
  kills: 'memory.oom_control',
};
const version2: Version = {
  how: 'cgroup v2, memory.max',
  limit: 'memory.max',
  swap: 'memory.swap.max',
  peak: 'memory.peak',
  kills: 'memory.events',
};

async function makeCage(
  directory: string,
  limitBytes: number,
  version: Version,
): Promise<MemoryCage> {
  const write = (name: string, text: string): Promise<void> =>
    writeFile(join(directory, name), text);
  const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');
  await mkdir(directory);
  await write(version.limit, String(limitBytes));
  // Where the machine has swap, it is no way out.
  const swap = version === version1 ? String(limitBytes) : '0';
  await write(version.swap, swap).catch(() => undefined);
  const entrance = new URL('../../dist/bench/enter-cage.js', import.meta.url).href;
  return {
    how: `${version.how} = ${limitBytes / 2 ** 20} MiB`,
    env: { NODE_OPTIONS: `--import=${entrance}`, BENCH_CAGE: join(directory, 'cgroup.procs') },
    peakBytes: async () => Number(await read(version.peak)),
    kills: async () => Number(/oom_kill (\d+)/.exec(await read(version.kills))?.[1] ?? Number.NaN),
    close: () => rmdir(directory),
  };
}
