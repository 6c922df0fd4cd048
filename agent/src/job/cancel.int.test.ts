import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { systemClock } from '../clock.js';
import type { DestinationConnection } from '../connector/destination.js';
import { readSettings } from '../connector/settings.js';
import type { SourceConnection } from '../connector/source.js';
import http from '../destination/http/index.js';
import { Failure } from '../failure.js';
import type { Phase, Progress, SyncReport, SyncRequest } from '../sync/sync-request.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { openHttpReceiver } from '../testing/http-receiver.js';
import type { HttpReceiver } from '../testing/http-receiver.js';
import { MemoryStore } from '../testing/memory-store.js';
import { openPostgresPair } from '../testing/postgres-pair.js';
import { openPostgresFixture } from '../testing/postgres.js';
import type { PostgresFixture } from '../testing/postgres.js';
import { finishingDestination, finishingStore, lastCall } from './finishing.js';

// A run that is cancelled ends within five seconds, whatever it is doing and whoever does not answer, and what was taken
// until then is recorded (invariants 1 and 2). Postgres stands still by a lock, HTTP by a receiver that says nothing.

const withinMs = 5_000;
const nothing = { action: 'nothing' as const, set: [] };

let fixture: PostgresFixture;
let receiver: HttpReceiver;
let source: SourceConnection;
let toPostgres: DestinationConnection;
let toHttp: DestinationConnection;
let engine: Engine;
let stopping: AbortController;
let cancelledAt: number;

beforeAll(async () => {
  fixture = await openPostgresFixture(inject('postgresUrl'));
  ({ source, destination: toPostgres } = openPostgresPair(fixture));
});
afterAll(async () => {
  await source.close();
  await toPostgres.close();
  await fixture.close();
});

beforeEach(async () => {
  receiver = await openHttpReceiver(() => ({ status: 200, body: '{}' }));
  const settings = readSettings(http.settings, { baseUrl: receiver.url });
  toHttp = http.open({ settings, secrets: { secret: undefined } });
  stopping = new AbortController();
  await fixture.client.query(`drop table if exists here; drop table if exists there;
    create table here as select n as id, 'n ' || n as name from generate_series(1, 50) n;
    create table there (id int primary key, name text)`);
});
afterEach(async () => {
  await engine.close();
  await toHttp.close();
  await receiver.close();
});

const cancel = (): void => {
  cancelledAt = performance.now();
  stopping.abort(new Failure('CANCELLED', 'run.cancelled', 'Somebody asked for it.'));
};

/** As a job runs it. */
async function open(destination: DestinationConnection) {
  const never = new AbortController().signal;
  const store = finishingStore(new MemoryStore(), never);
  engine = await openEngine({ source, destination, store });
  return async (
    request: Partial<SyncRequest>,
    onProgress: (progress: Progress) => void = () => undefined,
  ): Promise<SyncReport> => {
    const ended = new AbortController();
    const answered = lastCall(
      { stop: stopping.signal, lost: never, ended: ended.signal },
      systemClock,
    );
    const report = await engine.run(
      { object: 'there', fields: [column('name')], mode: 'upsert', onRemoved: nothing, ...request },
      {
        destination: finishingDestination(destination, answered),
        clock: systemClock,
        signal: stopping.signal,
        onProgress,
      },
    );
    ended.abort();
    return report;
  };
}

const here = { model: { name: 'm', query: { table: 'here' }, primaryKey: ['id'] } };
const there = async (): Promise<number> =>
  Number((await fixture.client.query(`select count(*) from there`)).rows[0].count);
const expectPrompt = (): void => expect(performance.now() - cancelledAt).toBeLessThan(withinMs);
/** Holds the table until the work is over. */
async function locked(table: string, mode: string, work: () => Promise<void>): Promise<void> {
  const { settings, secrets } = fixture;
  const { host, port, database, user } = settings;
  const holder = new pg.Client({ host, port, database, user, ...secrets });
  await holder.connect();
  await holder.query(`begin; lock table ${table} in ${mode} mode`);
  await work().finally(() => holder.end());
}

it('while the query waits for a lock', async () => {
  const run = await open(toPostgres);
  await locked('here', 'access exclusive', async () => {
    const report = run(here);
    await fixture.until(`bool_or(wait_event_type = 'Lock')`);
    cancel();
    expect(await report).toMatchObject({ outcome: 'cancelled', counts: { queried: 0, sent: 0 } });
  });
  expectPrompt();
});

it('while millions of rows stream in', async () => {
  const run = await open(toPostgres);
  const sql = `select n as id, 'n ' || n as name from generate_series(1, 5000) m cross join lateral generate_series(m * 10000, m * 10000 + 9999) n`;
  const report = await run(
    { model: { name: 'm', query: { sql }, primaryKey: ['id'] } },
    ({ counts }) => void (counts.queried > 1_000 && !stopping.signal.aborted && cancel()),
  );
  expect(report).toMatchObject({
    outcome: 'cancelled',
    counts: { sent: 0 },
  });
  expectPrompt();
});

it.each<Phase>(['snapshot', 'diff', 'plan', 'deliver'])(
  'when it has just come to the phase %s, with nothing sent',
  async (phase) => {
    const run = await open(toPostgres);
    const report = await run(here, (progress) => void (progress.phase === phase && cancel()));
    expect(report).toMatchObject({
      outcome: 'cancelled',
      failure: { failure: { kind: 'CANCELLED', code: 'run.cancelled' } },
      counts: { sent: 0 },
    });
    expectPrompt();
    expect(await there()).toBe(0);
  },
);

it('in the middle of a long comparison', async () => {
  const run = await open(toPostgres);
  const sql = (tail: string): string =>
    `select n as id, repeat(md5(n::text), 8) || '${tail}' as name from generate_series(1, 100000) n`;
  const of = (tail: string): Partial<SyncRequest> => ({
    model: { name: 'm', query: { sql: sql(tail) }, primaryKey: ['id'] },
  });
  const options = { dryRun: false, full: false, rebaseline: true, verify: false };
  await run({ ...of('a'), run: options });
  const report = await run(of('b'), ({ phase }) => {
    if (phase === 'diff') setImmediate(cancel);
  });
  expect(report).toMatchObject({
    outcome: 'cancelled',
    counts: { sent: 0 },
  });
  expectPrompt();
}, 60_000);

it('while it waits for a lock to look at the table that it writes', async () => {
  const run = await open(toPostgres);
  await locked('there', 'access exclusive', async () => {
    const report = run(here);
    await fixture.until(`bool_or(wait_event_type = 'Lock')`);
    cancel();
    expect(await report).toMatchObject({ outcome: 'cancelled', counts: { sent: 0 } });
  });
  expectPrompt();
});

it('while a batch waits for a lock, which then takes nothing', async () => {
  const run = await open(toPostgres);
  await locked('there', 'share', async () => {
    const report = run(here);
    await fixture.until(`bool_or(wait_event_type = 'Lock')`);
    cancel();
    expect(await report).toMatchObject({ outcome: 'cancelled', counts: { added: 50, sent: 0 } });
  });
  expectPrompt();
  expect(await there()).toBe(0);
  stopping = new AbortController();
  expect(await run(here)).toMatchObject({ outcome: 'succeeded', counts: { sent: 50 } });
  expect(await there()).toBe(50);
});

it('while a receiver says nothing, with what it took before recorded', async () => {
  const run = await open(toHttp);
  const request: Partial<SyncRequest> = {
    ...here,
    object: 'people',
    options: { added: { method: 'PUT', url: 'people' }, batch: { size: 10 }, repeatable: true },
  };
  let held: Promise<void> | undefined;
  const report = await run(request, ({ counts }) => {
    if (counts.sent === 0 || held) return;
    held = receiver.holdNext().held().then(cancel);
  });
  await held;
  expect(report.outcome).toBe('cancelled');
  expect(report.counts.sent).toBeGreaterThanOrEqual(10);
  expect(report.counts.sent).toBeLessThan(50);
  expect(report.baseline?.rows).toBeGreaterThanOrEqual(report.counts.sent);
  expectPrompt();
  const answered = report.counts.sent;
  stopping = new AbortController();
  expect(await run(request)).toMatchObject({
    outcome: 'succeeded',
    counts: { unchanged: answered, sent: 50 - answered },
  });
}, 30_000);

it('while it waits as long as the far side has asked for', async () => {
  await receiver.close();
  const busy = { status: 429, headers: { 'retry-after': '120' } };
  let asked = 0;
  receiver = await openHttpReceiver(() => ((asked += 1), busy));
  await toHttp.close();
  const settings = readSettings(http.settings, { baseUrl: receiver.url });
  toHttp = http.open({ settings, secrets: { secret: undefined } });
  const run = await open(toHttp);
  const report = run({ ...here, object: 'people', options: { batch: { size: 50 } } });
  await expect.poll(() => asked).toBe(1);
  cancel();
  expect(await report).toMatchObject({ outcome: 'cancelled', counts: { sent: 0, pending: 50 } });
  expectPrompt();
});

it('when it has come to recording: that is brought to its end', async () => {
  const run = await open(toPostgres);
  const report = await run(here, ({ phase }) => void (phase === 'record' && cancel()));
  expect(report).toMatchObject({ counts: { sent: 50 }, baseline: { rows: 50 } });
  expectPrompt();
});
