import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { peopleSync } from '../testing/people-sync.js';
import { isOver, openWhole } from '../testing/whole.js';
import type { RunRow, Whole } from '../testing/whole.js';

const rows = 150_000;
let whole: Whole;

beforeEach(async () => {
  whole = await openWhole({
    postgresUrl: inject('postgresUrl'),
    batchesPerSecond: 2,
    env: { DRAWBRIDGE_HEARTBEAT_MS: '500', DRAWBRIDGE_LEASE_MS: '4000' },
  });
  await whole.warehouse.query(`create table person as
    select id, 'person ' || id as name, (id % 7)::int as team, now() + id * interval '1 second' as seen_at
      from generate_series(1, ${rows}) as id`);
  await whole.target.query(
    'create table person (id bigint primary key, name text, team int, seen_at timestamptz)',
  );
  const guards = 'guards: { removed: { rows: 1000000, percent: 100, action: withhold } }';
  await whole.apply(
    peopleSync(whole, 'name: name, team: team, seen_at: seen_at', { sync: guards }),
  );
});

afterEach(() => whole.close());

const isDelivering = (run: RunRow): boolean =>
  (run.phase === 'deliver' && run.counts.sent! > 0) || isOver(run);

async function expectInStep(): Promise<void> {
  const sql = 'select id, name, team, seen_at from person';
  expect(await whole.differences(sql, sql)).toBe(0);
}

it('loses and leaves nothing behind when the agent is killed while it delivers', async () => {
  const id = await whole.start('people');
  const caught = await whole.waitFor(id, isDelivering);
  expect(caught).toMatchObject({ phase: 'deliver', state: 'running' });
  whole.product.agents[0]!.kill('SIGKILL');
  await whole.product.agents[0]!.exited;

  // Rows that were already delivered leave the query or change before anybody could record them.
  await whole.warehouse.query('delete from person where id % 10 = 3');
  await whole.warehouse.query(`update person set name = 'renamed ' || id where id % 10 = 4`);

  await whole.product.agents[0]!.restart();
  const again = await whole.waitFor(id, isOver);
  const last = again.state === 'succeeded' ? again : await whole.run('people');
  expect(last.state).toBe('succeeded');
  await expectInStep();

  const quiet = await whole.run('people');
  expect(quiet.counts).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: rows * 0.9 });
});

it('finishes the run when the control plane is killed in the middle of it', async () => {
  const id = await whole.start('people');
  await whole.waitFor(id, isDelivering);
  whole.product.controlPlane.kill('SIGKILL');
  await whole.product.controlPlane.exited;
  await whole.product.controlPlane.restart();

  const run = await whole.waitFor(id, isOver);
  expect(run.state).toBe('succeeded');
  await expectInStep();
  const next = await whole.run('people');
  expect(next.counts).toMatchObject({ queried: rows, unchanged: rows, sent: 0 });
});
