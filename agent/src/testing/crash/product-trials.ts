import { peopleSync } from '@drawbridge/local/testing/people-sync.js';
import { isOver, openWhole } from '@drawbridge/local/testing/whole.js';
import type { Whole } from '@drawbridge/local/testing/whole.js';
import { failureOf } from '../../failure.js';
import type { Violation } from './trials.js';

const rows = 2_000;
/** The agent is missed after one lease, so the lease is short. */
const env = { DRAWBRIDGE_HEARTBEAT_MS: '300', DRAWBRIDGE_LEASE_MS: '2500' };

/** Kills a whole agent at each point, starts it again, and looks how control plane and destination took it. */
export async function tryProduct(
  postgresUrl: string,
  points: readonly string[],
  say: (line: string) => void,
): Promise<{ runs: number; violations: Violation[] }> {
  const violations: Violation[] = [];
  const whole = await openWhole({ postgresUrl, env });
  try {
    await prepare(whole);
    for (const point of points) {
      const broken = await brokenAfter(whole, point).catch((error: unknown) => [
        `could not be judged: ${failureOf(error).detail ?? failureOf(error).message}`,
      ]);
      say(`${broken.length > 0 ? 'BAD' : 'ok '} whole product · ${point}${broken.map((what) => `\n      ${what}`).join('')}`); // prettier-ignore
      for (const what of broken)
        violations.push({ scenario: 'whole product', disturbance: point, seed: 0, what });
    }
  } finally {
    await whole.close();
  }
  return { runs: points.length * 3, violations };
}

async function prepare(whole: Whole): Promise<void> {
  const columns = 'id bigint primary key, name text, team int';
  await whole.warehouse.query(`create table person (${columns})`);
  await whole.target.query(`create table person (${columns})`);
  await whole.warehouse.query(`insert into person select n, 'person ' || n, n % 7 from generate_series(1, ${rows}) n`); // prettier-ignore
  await whole.apply(peopleSync(whole, 'name: name, team: team'));
}

async function brokenAfter(whole: Whole, point: string): Promise<string[]> {
  const agent = whole.product.agents[0]!;
  await agent.restart({ DRAWBRIDGE_CRASH_POINT: point });
  await change(whole.warehouse);
  const id = await whole.start('people');
  await agent.exited;
  await change(whole.warehouse);
  await agent.restart();
  const { state } = await whole.waitFor(id, isOver);
  const last = await whole.run('people');
  const quiet = await whole.run('people');
  const sql = 'select id, name, team from person';
  const different = await whole.differences(sql, sql);
  const { unchanged, queried, sent } = quiet.counts;
  return [
    ...(state === 'succeeded' ? [] : [`3: the run that was cut off ended as ${state}`]),
    ...(last.state === 'succeeded' ? [] : [`3: the next run ended as ${last.state}`]),
    ...(different === 0 ? [] : [`3: query and destination differ in ${different} rows`]),
    ...(unchanged === queried && sent === 0
      ? []
      : [`2: a run with nothing to do sent ${sent} rows`]),
  ];
}

async function change(warehouse: Whole['warehouse']): Promise<void> {
  await warehouse.query(`
    update person set name = name || '.' where id % 20 = 3;
    delete from person where id in (select id from person order by id limit 5);
    insert into person select max(id) + 1, 'new', 1 from person`);
}
