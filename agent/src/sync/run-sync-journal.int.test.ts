import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { DestinationConnection } from '../connector/destination.js';
import type { SourceConnection } from '../connector/source.js';
import type { Store } from '../store/store.js';
import { column, ids, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import type { PostgresFixture } from '../testing/postgres.js';
import { openRealSides } from '../testing/real-sides.js';
import type { RealSides } from '../testing/real-sides.js';
import type { RunOptions, SyncReport } from './sync-request.js';

// Rows are appended to a real Postgres, the run is cut off, and the bucket's lifecycle removes what it noted of its
// delivery before it goes on (invariants 3, 5).

let sides: RealSides;
let fixture: PostgresFixture;
let store: Store;
let source: SourceConnection;
let destination: DestinationConnection;
let engine: Engine;
let syncId: string;

const options = { dryRun: false, full: false, rebaseline: false, verify: false };

beforeAll(async () => {
  sides = await openRealSides(inject('postgresUrl'));
  ({ fixture, source, destination, store } = sides);
});
afterAll(() => sides.close());
beforeEach(async () => {
  syncId = crypto.randomUUID();
  engine = await openEngine({ source, destination, store });
  await fixture.client.query(`drop table if exists event; drop table if exists event_log;
    create table event (id bigint primary key, name text); create table event_log (id bigint, name text);
    insert into event select n, 'event ' || n from generate_series(1, 500) n`);
});
afterEach(() => engine.close());

const run = (how: Partial<RunOptions> = {}, to: Store = store): Promise<SyncReport> =>
  engine.run(
    {
      syncId,
      mode: 'append',
      model: { name: 'events', query: { table: 'event' }, primaryKey: ['id'] },
      object: 'event_log',
      key: [],
      fields: ['id', 'name'].map(column),
      onRemoved: { action: 'nothing', set: [] },
      run: { ...options, ...how },
    },
    { store: to },
  );
const arrived = async (): Promise<{ rows: number; ids: number }> =>
  (await fixture.client.query('select count(*)::int as rows, count(distinct id)::int as ids from event_log')).rows[0]; // prettier-ignore

/** The machine is gone once everything is sent and noted. */
async function cutOff(): Promise<void> {
  const dying = new Proxy(store, {
    get: (target, name: keyof Store) => {
      const member = target[name];
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        if (String(args[0]).includes('/baseline/')) throw new Error('The machine is gone.');
        return (member as (...all: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  expect(await run({}, dying)).toMatchObject({ outcome: 'failed', counts: { sent: 500 } });
  expect(await arrived()).toEqual({ rows: 500, ids: 500 });
}

async function noted(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(`v1/ws=${ids.workspaceId}/sync=${syncId}/run=`))
    if (key.includes('/acks/')) keys.push(key);
  return keys;
}

describe('a run that was cut off while it appended', () => {
  it('goes on from what it noted, and appends nothing twice', async () => {
    await cutOff();
    expect(await run()).toMatchObject({ outcome: 'succeeded', resumed: 500, counts: { sent: 0 } });
    expect(await arrived()).toEqual({ rows: 500, ids: 500 });
  });

  it.each([
    ['all of it', (keys: string[]) => keys],
    ['the oldest of it', (keys: string[]) => keys.slice(0, 1)],
  ])('stops when %s has expired, and appends nothing twice', async (_, which) => {
    await cutOff();
    const keys = await noted();
    expect(keys.length).toBeGreaterThan(1);
    await store.remove(which(keys));
    for (let attempt = 0; attempt < 2; attempt += 1)
      expect(await run()).toMatchObject({
        outcome: 'failed',
        failure: { failure: { kind: 'CONFIG', code: 'journal.missing' } },
        counts: { sent: 0 },
      });
    expect(await arrived()).toEqual({ rows: 500, ids: 500 });

    expect(await run({ rebaseline: true })).toMatchObject({ outcome: 'succeeded' });
    await fixture.client.query(`insert into event values (501, 'late')`);
    expect(await run()).toMatchObject({ counts: { unchanged: 500, sent: 1 } });
    expect(await arrived()).toEqual({ rows: 501, ids: 501 });
  });
});
