// The real program in a process of its own, against a control plane, a bucket, a database and an endpoint that listen.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FailureKind, SyncOutcome } from '@drawbridge/proto';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import type { Bucket } from '@drawbridge/local/bucket/bucket.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it, vi } from 'vitest';
import { setUpBucket } from './doctor/testing/ground.js';
import { openClient, openS3Store } from './store/s3.js';
import { FakeControlPlane } from './testing/fake-control-plane.js';
import type { OfferedWork } from './testing/fake-control-plane.js';
import { openPostgresFixture } from './testing/postgres.js';
import type { PostgresFixture } from './testing/postgres.js';
import { runSyncOf } from './testing/wire-sync.js';

const script = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** What is tested may be the agent of a built image: deploy/docker/confined.sh. */
const program = process.env['DRAWBRIDGE_TEST_AGENT']?.split(' ') ?? [process.execPath, script];

let home: string;
let bucket: Bucket;
let postgres: PostgresFixture;
let plane: FakeControlPlane;
let endpoint: Server;
let held: ServerResponse[];
/** Requests that the endpoint got; each is answered when the test says so. */
let requests: number;
let started: Agent[];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'drawbridge-agent-'));
  bucket = await openBucket({
    directory: join(home, 'bucket'),
    port: await freePort(),
    accessKeyId: 'key',
    secretAccessKey: 'secret',
  });
  process.env['AWS_ACCESS_KEY_ID'] = bucket.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = bucket.secretAccessKey;
  postgres = await openPostgresFixture(inject('postgresUrl'));
  await postgres.client.query(`
    create table person (id bigint primary key, name text);
    insert into person select n, 'name ' || n from generate_series(1, 100) n;
    create table copy (id bigint primary key, name text);`);
});

afterAll(async () => {
  await postgres.close();
  await bucket.close();
  await rm(home, { recursive: true, force: true });
});

beforeEach(async () => {
  plane = await FakeControlPlane.open();
  held = [];
  requests = 0;
  started = [];
  endpoint = createServer((request, response) => {
    request.resume();
    requests += 1;
    held.push(response);
  });
  endpoint.listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
});

afterEach(async () => {
  for (const { child, exited } of started) {
    child.kill('SIGKILL');
    await exited;
  }
  await plane.close();
  endpoint.closeAllConnections();
  endpoint.close();
});

interface Agent {
  child: ChildProcess;
  output: () => string;
  exited: Promise<number | null>;
  port: number;
}

async function start(
  args: string[] = ['start'],
  change: Record<string, string> = {},
): Promise<Agent> {
  const port = await freePort();
  const folder = join(home, `agent-${port}`);
  const [command = '', ...first] = program;
  const child = spawn(command, [...first, ...args], {
    env: {
      PATH: process.env['PATH'],
      DRAWBRIDGE_URL: plane.url,
      DRAWBRIDGE_ENROLLMENT_TOKEN: plane.makeToken(),
      DRAWBRIDGE_IDENTITY: `file:${join(folder, 'identity')}`,
      DRAWBRIDGE_BUCKET: `s3://${bucket.bucket}/test`,
      AWS_ENDPOINT_URL_S3: bucket.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: bucket.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.secretAccessKey,
      DRAWBRIDGE_WORK_DIR: join(folder, 'work'),
      DRAWBRIDGE_METRICS_PORT: String(port),
      DATABASE_PASSWORD: postgres.secrets.password,
      ...change,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => said.push(data.toString()));
  const agent = {
    child,
    output: () => said.join(''),
    exited: once(child, 'close').then(([code]) => code as number | null),
    port,
  };
  started.push(agent);
  return agent;
}

function yaml(): string {
  const { host, port, database, user } = postgres.settings;
  const { port: endpointPort } = endpoint.address() as AddressInfo;
  return `
sources:
  warehouse:
    type: postgres
    pool: default
    settings: { host: ${host}, port: ${port}, database: ${database}, user: ${user}, ssl: disable }
    secrets: { password: env:DATABASE_PASSWORD }
destinations:
  app:
    type: postgres
    pool: default
    settings: { host: ${host}, port: ${port}, database: ${database}, user: ${user}, ssl: disable }
    secrets: { password: env:DATABASE_PASSWORD }
  nowhere:
    type: postgres
    pool: default
    settings: { host: ${host}, port: ${port}, database: ${database}, user: ${user}, ssl: disable }
    secrets: { password: env:AWS_SECRET_ACCESS_KEY }
  hook:
    type: http
    pool: default
    settings: { baseUrl: "http://127.0.0.1:${endpointPort}/" }
    limits: { concurrency: 1 }
models:
  people: { source: warehouse, table: person, primaryKey: [id] }
syncs:
  to-app: { model: people, destination: app, object: copy, mode: mirror, onRemoved: delete, key: { id: id }, fields: { name: name } }
  to-nowhere: { model: people, destination: nowhere, object: copy, mode: upsert, key: { id: id }, fields: { name: name } }
  to-hook: { model: people, destination: hook, object: people, mode: upsert, key: { id: id }, fields: { name: name }, options: { batch: { size: 10 } } }
`;
}

async function reportOf(jobId: string) {
  const { result } = await plane.finished(jobId);
  if (result.case !== 'syncReport') throw new Error(JSON.stringify(result.value));
  return result.value;
}

it('runs a sync from its offer to its report, and then only what changed', async () => {
  const agent = await start();
  await plane.heard('heartbeat');
  const work = runSyncOf(yaml(), 'to-app');
  const first = await reportOf(plane.offer(work).jobId);
  expect(first.failure).toBeUndefined();
  expect(first.outcome).toBe(SyncOutcome.SUCCEEDED);
  expect(first.counts).toMatchObject({ queried: 100n, added: 100n, sent: 100n });
  const { rows } = await postgres.client.query('select count(*)::int as count from copy');
  expect(rows).toEqual([{ count: 100 }]);
  await postgres.client.query(`update person set name = 'other' where id <= 3`);
  const again = { ...work, value: { ...work.value, runId: crypto.randomUUID() } };
  const second = await reportOf(plane.offer(again).jobId);
  expect(second.counts).toMatchObject({ unchanged: 97n, changed: 3n, sent: 3n });
  expect(await readdir(join(home, `agent-${agent.port}`, 'work', 'jobs'))).toEqual([]);
  const metrics = await (await fetch(`http://127.0.0.1:${agent.port}/metrics`)).text();
  expect(metrics).toContain(
    'drawbridge_agent_jobs_finished_total{work="run_sync",outcome="succeeded"} 2',
  );
  expect(metrics).toContain('drawbridge_agent_rows_total{outcome="sent"} 103');
  expect(metrics).not.toMatch(/warehouse|people|to-app/);
  const answer = (path: string) => fetch(`http://127.0.0.1:${agent.port}${path}`);
  await vi.waitUntil(async () => (await answer('/readyz')).status === 200, 10_000);
  expect((await answer('/healthz')).status).toBe(200);
  expect(agent.output()).not.toMatch(/name \d|other/);
});

it('keeps its own keys from every connection, and says what is wrong without saying it', async () => {
  await start();
  await plane.heard('heartbeat');
  const work = runSyncOf(yaml(), 'to-nowhere');
  const { result } = await plane.finished(plane.offer(work).jobId);
  expect(result).toMatchObject({
    case: 'failure',
    value: { kind: FailureKind.CONFIG, code: 'secret.forbidden' },
  });
  const { runId, spec } = work.value;
  const { errorId } = result.value as { errorId: string };
  const run = `v1/ws=${spec?.workspaceId}/sync=${spec?.syncId}/run=${runId}`;
  expect(await textInBucket(`${run}/errors/${errorId}.json`)).toContain('secret.forbidden');
});

it('checks a connection: what is wrong is a code, and its text is in the bucket', async () => {
  const agent = await start();
  await plane.heard('heartbeat');
  const check = async (text: string) => {
    const { result } = await plane.finished(plane.offer(checkOf(text)).jobId);
    if (result.case !== 'connectionReport') throw new Error(JSON.stringify(result.value));
    return result.value.failure;
  };
  expect(await check(yaml())).toBeUndefined();
  const failure = await check(yaml().replaceAll(/database: \w+/g, 'database: canary'));
  expect(failure).toMatchObject({ kind: FailureKind.CONFIG, vendorCode: '3D000' });
  expect(await textInBucket(`v1/errors/${failure?.errorId}.json`)).toContain('canary');
  expect(agent.output()).not.toContain('canary');
});

it('refuses what it has no connector or no settings for', async () => {
  await start();
  await plane.heard('heartbeat');
  const refusalOf = async (text: string) => {
    const { jobId } = plane.offer(checkOf(text));
    const { failure } = await plane.heard('refused', ({ lease }) => lease?.jobId === jobId);
    return failure;
  };
  const unknown = await refusalOf(yaml().replace('type: postgres', 'type: oracle'));
  expect(unknown).toMatchObject({ kind: FailureKind.CONFIG, code: 'connector.unknown' });
  const odd = await refusalOf(yaml().replace('ssl: disable', 'ssl: perhaps'));
  expect(odd).toMatchObject({ kind: FailureKind.CONFIG, code: 'settings.invalid' });
  expect(await textInBucket(`v1/errors/${odd?.errorId}.json`)).toContain('ssl must be one of');
});

function checkOf(text: string): OfferedWork {
  const { spec } = runSyncOf(text, 'to-app').value;
  const connection = { case: 'source', value: spec?.source ?? {} } as const;
  return { case: 'checkConnection', value: { connection } };
}

async function textInBucket(key: string): Promise<string> {
  const { endpoint: url, bucket: name } = bucket;
  const store = openS3Store({ bucket: name, prefix: 'test', endpoint: url, region: 'us-east-1' });
  const object = await store.get(key);
  store.close();
  return Buffer.from(object?.body ?? []).toString();
}

it('tells how far a run is, and stops it when that is asked for', async () => {
  await start();
  await plane.heard('heartbeat');
  const lease = plane.offer(runSyncOf(yaml(), 'to-hook'));
  const progress = await plane.heard('progress', ({ planned }) => planned === 100n);
  expect(progress.counts).toMatchObject({ queried: 100n, added: 100n });
  await expect.poll(() => requests, { timeout: 20_000 }).toBe(1);
  plane.cancel(lease);
  held[0]?.writeHead(204).end();
  const report = await reportOf(lease.jobId);
  expect(report.outcome).toBe(SyncOutcome.CANCELLED);
  expect(report.failure?.code).toBe('run.cancelled');
  expect(report.counts).toMatchObject({ sent: 10n, pending: 90n });
});

it('drains on SIGTERM: the batch in flight is finished, recorded and told of, and the exit code is 0', async () => {
  const agent = await start();
  await plane.heard('heartbeat');
  const { jobId } = plane.offer(runSyncOf(yaml(), 'to-hook'));
  await expect.poll(() => requests, { timeout: 20_000 }).toBe(1);
  agent.child.kill('SIGTERM');
  await plane.heard('goodbye');
  held[0]?.writeHead(204).end();
  const report = await reportOf(jobId);
  expect(report.outcome).toBe(SyncOutcome.CANCELLED);
  expect(report.failure?.code).toBe('job.draining');
  expect(report.counts).toMatchObject({ added: 100n, sent: 10n, pending: 90n, uncertain: 0n });
  expect(report.baseline?.rows).toBe(10n);
  expect(await agent.exited).toBe(0);
  expect(requests).toBe(1);
  expect(plane.applied.map(({ body }) => body.case)).toEqual(['catalog', 'accepted', 'finished']);
});

it('does nothing more when it stood still past its lease', async () => {
  plane.pace = { heartbeatMs: 200, leaseMs: 2_000 };
  const agent = await start();
  await plane.heard('heartbeat');
  plane.offer(runSyncOf(yaml(), 'to-hook'));
  await expect.poll(() => requests, { timeout: 20_000 }).toBe(1);
  agent.child.kill('SIGSTOP');
  const began = performance.now();
  await expect.poll(() => performance.now() - began, { timeout: 10_000 }).toBeGreaterThan(2_100);
  held[0]?.writeHead(204).end();
  agent.child.kill('SIGCONT');
  await expect.poll(agent.output, { timeout: 10_000 }).toContain('job.lease_lost');
  expect(requests).toBe(1);
  expect(plane.applied.map(({ body }) => body.case)).toEqual(['catalog', 'accepted']);
  const next = runSyncOf(yaml(), 'to-app');
  await plane.offeredUntil(crypto.randomUUID(), next);
});

it('stops with exit code 1 and a plain word when it was revoked', async () => {
  const agent = await start();
  await plane.heard('heartbeat');
  plane.problem('session.revoked', false);
  expect(await agent.exited).toBe(1);
  expect(agent.output()).toContain('This agent was revoked.');
});

it('tells everything that is wrong with its environment at once', async () => {
  const agent = await start(['start'], { DRAWBRIDGE_URL: 'http://x', DRAWBRIDGE_BUCKET: 'x' });
  expect(await agent.exited).toBe(1);
  expect(agent.output()).toMatch(/DRAWBRIDGE_URL[^]*DRAWBRIDGE_BUCKET/);
});

it('says in doctor what works and what to do about the rest', async () => {
  const { bucket: name, endpoint: url } = bucket;
  const client = openClient({ bucket: name, prefix: '', endpoint: url, region: 'us-east-1' });
  await setUpBucket(client, name);
  client.destroy();
  const good = await start(['doctor']);
  expect(await good.exited).toBe(0);
  expect(good.output().match(/✓/g)).toHaveLength(17);
  const bad = await start(['doctor'], { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' });
  expect(await bad.exited).toBe(1);
  expect(bad.output()).toMatch(/✗ bucket: .*\(store\.unreachable\)/);
});

it('enrols, lists its connectors, and explains itself', async () => {
  const enrolled = await start(['enroll', '--json']);
  expect(await enrolled.exited).toBe(0);
  expect(JSON.parse(enrolled.output())).toMatchObject({ pool: 'default' });
  const connectors = await start(['connectors']);
  expect(await connectors.exited).toBe(0);
  expect(connectors.output()).toMatch(/^ {2}postgres +PostgreSQL \(pg \d+\.\d+\.\d+\)$/m);
  const help = await start(['start', '--help']);
  expect(await help.exited).toBe(0);
  expect(help.output()).toContain('Example:');
  const wrong = await start(['begin']);
  expect(await wrong.exited).toBe(2);
});
