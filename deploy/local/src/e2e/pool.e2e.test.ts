import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { peopleSync } from '../testing/people-sync.js';
import { isOver, openWhole } from '../testing/whole.js';
import type { Whole } from '../testing/whole.js';

const syncs = Array.from({ length: 20 }, (_, n) => `part-${n}`);
let whole: Whole;

beforeEach(async () => {
  whole = await openWhole({
    postgresUrl: inject('postgresUrl'),
    batchesPerSecond: 2,
    agents: 2,
    env: {
      DRAWBRIDGE_HEARTBEAT_MS: '500',
      DRAWBRIDGE_LEASE_MS: '4000',
      DRAWBRIDGE_CONCURRENCY: '2',
    },
  });
});

afterEach(() => whole.close());

/** Events go to a table without any key: a run that is done twice shows as rows that are there twice. */
async function makeEvents(count: number): Promise<void> {
  await whole.warehouse.query(`create table event as
    select id, 'event ' || id as name from generate_series(1, ${count}) as id`);
  for (const n of syncs.keys())
    await whole.target.query(`create table event_${n} (id bigint, name text)`);
  await whole.apply(`${whole.connections}
models:
  events: { source: warehouse, primaryKey: [id], table: public.event }
syncs:
${syncs.map((name, n) => `  ${name}: { model: events, destination: target, object: public.event_${n}, mode: append, fields: { id: id, name: name } }`).join('\n')}
`);
}

it('shares twenty syncs between two agents and does none twice', async () => {
  await makeEvents(2_000);
  const ids = await Promise.all(syncs.map((name) => whole.start(name)));
  const runs = await Promise.all(ids.map((id) => whole.waitFor(id, isOver)));

  expect(runs.map((run) => run.state)).toEqual(syncs.map(() => 'succeeded'));
  expect(new Set(runs.map((run) => run.agent)).size).toBe(2);
  for (const n of syncs.keys()) {
    const { rows } = await whole.target.query(
      `select count(*)::int as rows, count(distinct id)::int as ids from event_${n}`,
    );
    expect(rows).toEqual([{ rows: 2_000, ids: 2_000 }]);
  }
});

it('refuses what a stopped agent says after its lease was given to another', async () => {
  await whole.warehouse.query(`create table person as
    select id, 'person ' || id as name from generate_series(1, 200000) as id`);
  await whole.target.query('create table person (id bigint primary key, name text)');
  await whole.apply(peopleSync(whole, 'name: name'));
  const id = await whole.start('people');
  const begun = await whole.waitFor(id, (run) => run.phase === 'deliver' && run.counts.sent! > 0);
  const frozen = await whole.product.agentOf(begun.agent!);
  frozen.kill('SIGSTOP');

  const finished = await whole.waitFor(id, isOver);
  expect(finished).toMatchObject({ state: 'succeeded' });
  expect(finished.agent).not.toBe(begun.agent);

  await whole.warehouse.query(`update person set name = 'new ' || id where id <= 1000`);
  frozen.kill('SIGCONT');
  const next = await whole.run('people');
  expect(next).toMatchObject({
    state: 'succeeded',
    counts: { changed: 1000, sent: 1000, unchanged: 199_000 },
  });
  // Nothing of the old attempt reached the state: the run is as the second agent left it, and the baseline moved once.
  expect(await whole.show(id)).toEqual(finished);
  expect(next.baseline!.generation).toBe(finished.baseline!.generation + 1);
  const sql = 'select id, name from person';
  expect(await whole.differences(sql, sql)).toBe(0);
});
