import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { readSettings } from '../../connector/settings.js';
import { turnsDuring } from '../../testing/loop-turns.js';
import { leave, openDriver } from '../../testing/snowflake/driver.js';
import snowflake from './index.js';

// The agent reports and renews its leases on the same event loop, whatever it reads. What the driver does to a loop of its own
// (some seconds without a turn) is the control: a watch that does not see that would see nothing.

const rows = 200_000;
/** Of those, what the control reads in a time that a test may take. */
const controlRows = 10_000;
const columns = ['ID', 'NOTE', 'SEEN_AT'];
const table = `create table people as select seq4()::number(38,0) as id,
  'a note of some length, "quoted", number ' || seq4() as note,
  dateadd('second', seq4(), '2024-01-01 00:00:00.5'::timestamp_ntz) as seen_at
  from table(generator(rowcount => ${rows}))`;

interface Account {
  url: string;
  account: string;
  user: string;
  password: string;
  warehouse: string;
  database: string;
  schema: string;
}

/** In a process of its own: here it would keep the loop busy itself. */
async function openServer(): Promise<Account> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-responsive-'));
  const file = join(directory, 'start.sql');
  await writeFile(file, table);
  const script = fileURLToPath(
    new URL('../../../dist/testing/snowflake/serve.js', import.meta.url),
  );
  const child = spawn(process.execPath, [script, '--sql', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const gone = once(child, 'exit');
    child.kill();
    await Promise.all([gone, rm(directory, { recursive: true, force: true })]);
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return JSON.parse(line) as Account;
}

/** The lines that came, counted by their ends. */
async function readByConnector({ password, ...account }: Account): Promise<number> {
  const connection = snowflake.open({
    settings: readSettings(snowflake.settings, { ...account, signIn: 'password' }),
    secrets: { password, privateKey: undefined, passphrase: undefined, token: undefined },
  });
  const tag = { workspaceId: 'w', syncId: 's', runId: 'r' };
  const query = { model: { table: 'PEOPLE' }, columns, tag };
  const stream = await connection.query(query, new AbortController().signal);
  let lines = 0;
  for await (const chunk of stream.chunks)
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
  await stream.close();
  return lines;
}

/** As the driver is meant to be used, but in the thread that is watched. */
async function readByDriver({ url, user, ...account }: Account, watched: Watch): Promise<number> {
  const connection = await openDriver({ ...account, accessUrl: url, username: user });
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    connection.execute({
      sqlText: `select * from people limit ${controlRows}`,
      streamResult: true,
      complete: (error, statement) => (error ? reject(error) : resolve(statement.streamRows())),
    });
  });
  let read = 0;
  await watched(async () => {
    for await (const row of stream) read += row === null ? 0 : 1;
  });
  await leave(connection);
  return read;
}

type Watch = (work: () => Promise<unknown>) => Promise<unknown>;

it('leaves the event loop of the agent free while a large result is fetched and decoded', async () => {
  const account = await openServer();
  const counts = { ours: 0, control: 0 };
  const ours = await turnsDuring(async () => (counts.ours = await readByConnector(account)));
  let control = { longestMs: 0, shareOfThread: 0 };
  counts.control = await readByDriver(account, async (work) => {
    control = await turnsDuring(work);
  });
  expect(counts).toEqual({ ours: rows, control: controlRows });
  expect(control.longestMs).toBeGreaterThan(5 * ours.longestMs);
  expect(control.shareOfThread).toBeGreaterThan(2 * ours.shareOfThread);
});
