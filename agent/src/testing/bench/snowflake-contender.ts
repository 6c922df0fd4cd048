// One way of reading the benchmark's table, in a process of its own: the driver as it comes (object rows by `streamRows`), our
// chunks, or our unload with the engine's reading of it. Says what that took, from signing in, and from when there was something
// to read: the first row, or for the unload the answer that the files are there.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RowStream } from '../../connector/source.js';
import { openDuck } from '../../duck/duck.js';
import source from '../../source/snowflake/index.js';
import { openS3Store } from '../../store/s3.js';
import { streamOf } from '../../sync/unloaded.js';
import { columnNames, table } from './snowflake-rows.js';

export type Way = 'defaults' | 'chunks' | 'unload';

export interface Account {
  url: string;
  account: string;
  user: string;
  password: string;
  warehouse: string;
  database: string;
  schema: string;
}

export interface Place {
  endpoint: string;
  bucket: string;
  stage: string;
}

export interface Took {
  rows: number;
  ms: number;
  /** From when there was something to read to the last row. */
  readMs: number;
  /** Of the whole process, from its start. */
  peakMiB: number;
}

const never = new AbortController().signal;
const query = {
  model: { table },
  columns: columnNames,
  tag: { workspaceId: 'bench', syncId: 'bench', runId: 'bench' },
};

const [way = '', account = '{}', place = '{}'] = process.argv.slice(2);
const started = performance.now();
let readFrom = started;
/** There is something to read from now on. */
const isThere = (): void => void (readFrom = performance.now());
const count = await readBy(way as Way, JSON.parse(account) as Account, JSON.parse(place) as Place);
const ended = performance.now();
const ms = ended - started;
const readMs = ended - readFrom;
process.send?.({
  rows: count,
  ms,
  readMs,
  peakMiB: process.resourceUsage().maxRSS / 1024,
} satisfies Took);
process.disconnect();

function readBy(by: Way, at: Account, to: Place): Promise<number> {
  switch (by) {
    case 'defaults':
      return readByDefaults(at);
    case 'chunks':
      return readChunks(at);
    case 'unload':
      return readUnloaded(at, to);
  }
}

async function readByDefaults({ url, user, ...at }: Account): Promise<number> {
  process.env['SNOWFLAKE_DISABLE_PLATFORM_DETECTION'] = 'true';
  const { default: snowflake } = await import('snowflake-sdk');
  snowflake.configure({ logLevel: 'OFF' });
  const connection = snowflake.createConnection({ ...at, accessUrl: url, username: user });
  await connection.connectAsync();
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    connection.execute({
      sqlText: `select * from ${table}`,
      streamResult: true,
      complete: (error, statement) => (error ? reject(error) : resolve(statement.streamRows())),
    });
  });
  let read = 0;
  for await (const _ of stream) {
    if (read === 0) isThere();
    read += 1;
  }
  await new Promise((resolve) => connection.destroy(resolve));
  return read;
}

function open(at: Account, change: object) {
  const { password, ...settings } = at;
  return source.open({
    settings: {
      ...settings,
      signIn: 'password',
      role: undefined,
      statementTimeout: 3600,
      acceptWritingRole: true,
      read: 'chunks',
      unloadBy: undefined,
      unloadName: undefined,
      ...change,
    },
    secrets: { password, privateKey: undefined, passphrase: undefined, token: undefined },
  });
}

async function readChunks(at: Account): Promise<number> {
  return linesIn(await open(at, {}).query(query, never), isThere);
}

async function readUnloaded(at: Account, { endpoint, bucket, stage }: Place): Promise<number> {
  const store = openS3Store({ bucket, prefix: '', endpoint, region: 'us-east-1' });
  const workDir = await mkdtemp(join(tmpdir(), 'drawbridge-bench-unload-'));
  const duck = await openDuck({ directory: workDir, memoryMiB: 102 });
  try {
    const key = 'v1/unloaded/1/';
    const unloading = open(at, { read: 'unload', unloadBy: 'stage', unloadName: stage });
    const rows = await unloading.unload?.(query, { url: store.url + key, key }, never);
    if (!rows) throw new Error('It does not unload.');
    const unload = async (): Promise<number> => {
      const written = await rows.unload();
      isThere();
      return written;
    };
    return await linesIn(
      streamOf({ ...rows, unload }, key, { store, workDir, duck, signal: never }),
    );
  } finally {
    duck.close();
    store.close();
    await rm(workDir, { recursive: true, force: true });
  }
}

async function linesIn(stream: RowStream, onFirst = (): void => undefined): Promise<number> {
  let lines = 0;
  for await (const chunk of stream.chunks) {
    if (lines === 0) onFirst();
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
  }
  await stream.close();
  return lines;
}
