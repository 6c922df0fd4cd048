import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import type { Bucket } from '@drawbridge/local/bucket/bucket.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openS3Store } from '../store/s3.js';
import { openEngine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';

const main = new URL('../../dist/main.js', import.meta.url).pathname;
const account = { accessKeyId: 'key', secretAccessKey: 'secret' };

let directory: string;
let bucket: Bucket;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-log-'));
  bucket = await openBucket({ directory, port: await freePort(), ...account });
  process.env['AWS_ACCESS_KEY_ID'] = account.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = account.secretAccessKey;
  const place = { bucket: bucket.bucket, prefix: 'here', endpoint: bucket.endpoint };
  const store = openS3Store({ ...place, region: 'us-east-1' });
  let names = ['Ada', 'Grace'];
  const engine = await openEngine({
    source: memorySource(() => names.map((name, n) => ({ id: `${n}`, name, team: 'red' }))),
    destination: memoryDestination(),
    store,
  });
  await engine.run();
  names = ['Ada', 'Hopper'];
  await engine.run();
  await engine.close();
  store.close();
});

afterAll(async () => {
  await bucket.close();
  await rm(directory, { recursive: true, force: true });
});

interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** The agent's own program, with an agent's environment and nothing else. */
async function agent(...args: string[]): Promise<Said> {
  const env = {
    DRAWBRIDGE_URL: 'ws://127.0.0.1:9',
    DRAWBRIDGE_IDENTITY: `file:${directory}/identity`,
    DRAWBRIDGE_BUCKET: `s3://${bucket.bucket}/here`,
    DRAWBRIDGE_WORK_DIR: join(directory, 'work'),
    AWS_ENDPOINT_URL_S3: bucket.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: account.accessKeyId,
    AWS_SECRET_ACCESS_KEY: account.secretAccessKey,
  };
  const running = promisify(execFile)(process.execPath, [main, ...args], { env });
  return running.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Said) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  );
}

it('answers from the bucket, and says on the side what it fetches', async () => {
  const sql = `select key.id, old.name as was, new.name as is from changelog where change = 'changed'`;
  expect(await agent('log', 'query', sql)).toEqual({
    code: 0,
    stdout: 'id  was    is\n--  -----  ------\n1   Grace  Hopper\n',
    stderr: expect.stringMatching(
      /^Reading the logs of people …\nFetched \d+\.\d MiB from the bucket\.\n$/,
    ),
  });
  const { stdout } = await agent('log', 'query', '--json', 'select count(*) as n from latest');
  expect(JSON.parse(stdout)).toEqual([{ n: 2 }]);
});

it('tells the history of a row', async () => {
  const { stdout } = await agent(
    'log',
    'history',
    '--sync',
    'people',
    '--key',
    '{"id": "1"}',
    '--json',
  );
  expect(JSON.parse(stdout)).toMatchObject([
    { change: 'added', outcome: 'sent', new: { name: 'Grace' } },
    { change: 'changed', outcome: 'sent', old: { name: 'Grace' }, new: { name: 'Hopper' } },
  ]);
});

it('says what is wrong with a question, with a code', async () => {
  const wrong = await agent('log', 'query', 'select nme from runs');
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
  expect(wrong.stderr).toMatch(
    /"nme" not found[\s\S]*The question can not be answered. \(log\.bad_query\)\n$/,
  );
  expect(await agent('log', 'history', '--key', '{"id": 1}')).toMatchObject({
    code: 1,
    stderr: 'A key is one of a sync: name it with --sync. (log.which_sync)\n',
  });
  expect(await agent('log', 'query', '--json', '--csv', 'select 1')).toMatchObject({ code: 1 });
  expect(await agent('log', 'query')).toMatchObject({ code: 2 });
});

it('explains itself', async () => {
  const { stdout } = await agent('log', 'query', '--help');
  expect(stdout).toContain('changelog  workspace, sync, sync_name');
  expect(stdout).toContain('Examples:');
});
