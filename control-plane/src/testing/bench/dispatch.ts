import { setTimeout as wait } from 'node:timers/promises';
import type { Site } from './site.js';

export interface Pace {
  runs: number;
  p50Ms: number;
  p99Ms: number;
  statementsPerRun: number;
}

export interface Burst {
  runs: number;
  runsPerSecond: number;
}

/** Time to tell the schedulers about it. */
const aheadMs = 1_000;
const pollMs = 250;
/** So long nothing may end before we give up. */
const patienceMs = 60_000;

/** Every sync is due once, one after another; all agents have room at any time. */
export async function measurePace(site: Site, rate: number): Promise<Pace> {
  const { sql } = site;
  await Promise.all(site.crowds.map((crowd) => crowd.work(100, 1_900)));
  await sql.query('select pg_stat_statements_reset()');
  const since = await makeDue(site, site.size.syncs, 1_000 / rate);
  await untilOver(site, since);
  const { rows } = await sql.query<{ calls: string }>(
    'select sum(calls) as calls from pg_stat_statements',
  );
  const waits = await waitsOf(site, since);
  return {
    runs: waits.length,
    p50Ms: percentile(waits, 0.5),
    p99Ms: percentile(waits, 0.99),
    statementsPerRun: Number(rows[0]?.calls) / waits.length,
  };
}

/** Every sync is due at the same moment, and done at once: how many runs a second are accepted. */
export async function measureBurst(site: Site): Promise<Burst> {
  await Promise.all(site.crowds.map((crowd) => crowd.work(0, 0)));
  const since = await makeDue(site, site.size.syncs, 0);
  await untilOver(site, since);
  const waits = await waitsOf(site, since);
  const lastMs = waits.at(-1) ?? Infinity;
  return { runs: waits.length, runsPerSecond: (waits.length / lastMs) * 1_000 };
}

/** So many syncs, of all workspaces in turn, `gapMs` apart. Answers when the first one is due. */
export async function makeDue({ sql }: Site, count: number, gapMs: number): Promise<Date> {
  const { rows } = await sql.query<{ at: Date }>(
    `with place as (
       select id, row_number() over (order by substr(name, 6)::int, id) - 1 as n from "Sync"),
     due as (
       update "Sync" as sync set "nextRunAt" = now() + make_interval(secs => ($2 + place.n * $3) / 1000::float8)
       from place where sync.id = place.id and place.n < $1 returning "nextRunAt")
     select min("nextRunAt") as at from due`,
    [count, aheadMs, gapMs],
  );
  return rows[0]?.at ?? new Date();
}

/** Waits until all that is due has run. */
export async function untilOver({ sql }: Site, since: Date): Promise<void> {
  const open = `select count(*) filter (where slot >= $1 and "finishedAt" is not null) as over,
      (select count(*) from "Sync" where "nextRunAt" is not null) + count(*) filter (where "finishedAt" is null) as open
    from "Run"`;
  let over = '';
  for (let untilMs = Infinity; ;) {
    const { rows } = await sql.query<{ over: string; open: string }>(open, [since]);
    const [now] = rows;
    if (now?.open === '0') return;
    if (now && now.over !== over) untilMs = performance.now() + patienceMs;
    over = now?.over ?? '';
    if (performance.now() > untilMs)
      throw new Error(`${now?.open} runs did not come to their end.`);
    await wait(pollMs);
  }
}

/** Milliseconds from due to accepted, in ascending order. What counts is when the control plane knows of it. */
async function waitsOf({ sql }: Site, since: Date): Promise<number[]> {
  const { rows } = await sql.query<{ ms: number }>(
    `select (extract(epoch from "startedAt" - slot) * 1000)::float8 as ms from "Run"
     where slot >= $1 order by 1`,
    [since],
  );
  return rows.map(({ ms }) => ms);
}

export function percentile(ascending: readonly number[], part: number): number {
  return ascending[Math.min(ascending.length - 1, Math.ceil(part * ascending.length) - 1)] ?? NaN;
}
