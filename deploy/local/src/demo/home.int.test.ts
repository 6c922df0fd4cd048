import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { emptyHome, openHome } from './home.js';
import { openPorts, usualPorts } from './ports.js';

const needed = ['postgres', 'receiver', 'bucket'] as const;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawbridge-home-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

it('lets nobody else in while it runs, and everybody after', async () => {
  const other = spawn(
    process.execPath,
    ['--eval', 'console.log(1); setTimeout(() => {}, 1e9)', 'start.js'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(other.stdout, 'data');
  await writeFile(join(folder, 'lock'), String(other.pid));
  await expect(openHome(folder)).rejects.toThrow(`process ${other.pid}`);
  other.kill('SIGKILL');
  await once(other, 'exit');
  await (await openHome(folder)).close();
});

it('is not held up by a lock whose number another process has now', async () => {
  await writeFile(join(folder, 'lock'), '1');
  const home = await openHome(folder);
  expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(String(process.pid));
  await home.close();
});

it('says which folder cannot be written, and what to do', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(openHome(join(folder, 'file', 'home'))).rejects.toThrow(
    /file\/home .*DRAWBRIDGE_HOME/,
  );
});

it('says which port is taken, and what to do', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await expect(openPorts(folder, port, needed)).rejects.toThrow(`Port ${port} is taken`);
  server.close();
});

it('keeps the ports that it once chose, and steps aside for PORT', async () => {
  const first = await openPorts(folder, usualPorts.receiver, needed);
  expect(first.receiver).not.toBe(usualPorts.receiver);
  expect(await openPorts(folder, usualPorts.receiver, needed)).toEqual(first);
});

it('chooses a port when a demo first needs it, and leaves the others as they are', async () => {
  const first = await openPorts(folder, 1, ['bucket']);
  const second = await openPorts(folder, 1, ['bucket', 'redis']);
  expect(second.bucket).toBe(first.bucket);
  expect(JSON.parse(await readFile(join(folder, 'ports.json'), 'utf8'))).toEqual({
    bucket: first.bucket,
    redis: second.redis,
  });
});

it('empties a folder of its own, and no other', async () => {
  await writeFile(join(folder, 'mine'), '');
  await emptyHome(folder);
  expect(await readdir(folder)).toEqual(['mine']);
  await writeFile(join(folder, 'ports.json'), '{}');
  await writeFile(join(folder, 'lock'), '1');
  await emptyHome(folder);
  expect(await readdir(folder)).toEqual(['lock']);
});
