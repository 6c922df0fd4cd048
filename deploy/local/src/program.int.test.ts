import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from './free-port.js';
import { openProgram } from './program.js';
import type { Program, ProgramOptions } from './program.js';
import { isRunning } from './running-process.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawbridge-program-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** A program that serves its process id, after `before`. */
async function optionsOf(before: string): Promise<ProgramOptions> {
  const port = await freePort();
  const script = join(folder, 'program.mjs');
  await writeFile(
    script,
    `import { createServer } from 'node:http';
     ${before}
     createServer((_, response) => response.end(String(process.pid))).listen(${port}, '127.0.0.1');`,
  );
  return {
    name: 'sample',
    script,
    args: [],
    env: async () => ({ PATH: process.env['PATH'] ?? '' }),
    logFile: join(folder, 'program.log'),
    readyUrl: `http://127.0.0.1:${port}/`,
  };
}

async function pidOf({ readyUrl }: ProgramOptions): Promise<number> {
  return Number(await (await fetch(readyUrl)).text());
}

async function gone(pid: number): Promise<void> {
  while (isRunning(pid)) await wait(10);
}

it('says the last words of a program that dies while it starts', async () => {
  const options = await optionsOf(`console.error('no disk left'); process.exit(3);`);
  await expect(openProgram(options)).rejects.toThrow(
    /sample stopped while it started.*no disk left/s,
  );
});

it('is another process after it was killed and restarted', async () => {
  const options = await optionsOf('');
  const program = await openProgram(options);
  const first = await pidOf(options);
  program.kill('SIGKILL');
  await program.exited;
  await program.restart();
  expect(await pidOf(options)).not.toBe(first);
  await program.close();
  await program.exited;
});

it('closes a program that is stopped', async () => {
  const program: Program = await openProgram(await optionsOf(''));
  program.kill('SIGSTOP');
  await program.close();
  await expect(program.exited).resolves.toBeUndefined();
});

it('leaves nothing behind when whoever started it is killed', async () => {
  const options = await optionsOf('');
  const { env, ...rest } = options;
  const starter = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { openProgram } from '${new URL('../dist/program.js', import.meta.url).href}';
       await openProgram({ ...${JSON.stringify(rest)}, env: async () => (${JSON.stringify(await env())}) });
       console.log('up');`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(starter.stdout, 'data');
  const pid = await pidOf(options);
  starter.kill('SIGKILL');
  await gone(pid);
  expect(isRunning(pid)).toBe(false);
});
