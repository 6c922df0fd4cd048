import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from './free-port.js';
import { openPostgres } from './postgres.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-postgres-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows as unknown[];
}

it('keeps its data between starts', async () => {
  const first = await openPostgres({ directory, port: await freePort() });
  await ask(first.url(), 'create table kept as select 7 as n');
  await first.close();
  const second = await openPostgres({ directory, port: await freePort() });
  expect(await ask(second.url(), 'select n from kept')).toEqual([{ n: 7 }]);
  await second.close();
});

it('ends with the process that opened it, however that ends', async () => {
  const port = await freePort();
  const opener = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { openPostgres } from '${new URL('../dist/postgres.js', import.meta.url).href}';
       await openPostgres({ directory: ${JSON.stringify(directory)}, port: ${port} });
       console.log('up');`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(opener.stdout, 'data');
  opener.kill('SIGKILL');
  await once(opener, 'exit');
  // Whether the old server has ended by itself or is stopped now, the folder is free for the next.
  const next = await openPostgres({ directory, port: await freePort() });
  expect(await ask(next.url(), 'select 1 as one')).toEqual([{ one: 1 }]);
  await next.close();
});

it('is not held up by a pid file whose number another process has now', async () => {
  const first = await openPostgres({ directory, port: await freePort() });
  await first.close();
  await writeFile(join(directory, 'data', 'postmaster.pid'), `${process.pid}\n`);
  const second = await openPostgres({ directory, port: await freePort() });
  expect(await ask(second.url(), 'select 1 as one')).toEqual([{ one: 1 }]);
  await second.close();
});

it('says why when the port is taken', async () => {
  const first = await openPostgres({ directory, port: await freePort() });
  const other = join(directory, 'other');
  const error = await openPostgres({ directory: other, port: first.port }).catch(String);
  expect(error).toContain(`port ${first.port}`);
  expect(error).toContain('Address already in use');
  await first.close();
});
