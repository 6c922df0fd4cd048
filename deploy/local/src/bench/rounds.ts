// One size of the benchmark, round by round. In each round ours, the limit and the naive script take turns on the same
// databases, scenario by scenario, so that whatever else the machine does falls on all three.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isOver } from '../testing/whole.js';
import type { RunRow, Whole } from '../testing/whole.js';
import { scenarios } from './figures.js';
import type { Measured, OurRun, Scenario } from './figures.js';
import { runNaive } from './naive.js';
import { changesSql, checksumOf, checksumSql, columnNames, columns, rowsSql } from './people.js';
import { pipeInto, readAway } from './raw-copy.js';

export interface RoundOptions {
  size: number;
  rounds: number;
  naiveRounds: number;
  say(line: string): void;
}

const query = `select ${columnNames.join(', ')} from person`;
/** Asking costs the control plane time, and the machine is small. */
const pollMs = 250;
const targets = { ours: 'person', limit: 'person_limit', naive: 'person_naive' };

export async function measureSize(whole: Whole, options: RoundOptions): Promise<Measured[]> {
  await prepare(whole, options);
  const measured = scenarios.map((scenario): Measured => ({
    size: options.size,
    scenario,
    ours: [],
    limitMs: [],
    naive: [],
  }));
  for (let round = 1; round <= options.rounds; round += 1) {
    await startOver(whole, round);
    const state = await mkdtemp(join(tmpdir(), 'drawbridge-bench-naive-'));
    for (const of of measured) {
      if (of.scenario === 'changed') await swap(whole, 'person_after', 'person_before');
      await takeTurns(whole, of, { ...options, round, stateFile: join(state, 'hashes') });
    }
    await swap(whole, 'person_before', 'person_after');
    await rm(state, { recursive: true, force: true });
  }
  return measured;
}

/** The warehouse before and after the changes: two tables that change names, so that every round starts alike. */
async function prepare(whole: Whole, { size, say }: RoundOptions): Promise<void> {
  const { warehouse, target } = whole;
  say(`${size} rows: filling the warehouse …`);
  for (const name of ['person', 'person_after']) {
    await warehouse.query(`create table ${name} (${columns.join(', ')})`);
    await warehouse.query(`insert into ${name} ${rowsSql(1, size)}`);
    await warehouse.query(`alter table ${name} add primary key (id)`);
  }
  for (const sql of changesSql(size, 'person_after')) await warehouse.query(sql);
  for (const name of ['person', 'person_after']) await warehouse.query(`vacuum analyze ${name}`);
  for (const name of Object.values(targets))
    await target.query(`create table ${name} (${columns.join(', ')}, primary key (id))`);
  await warehouse.query(`set timezone = 'UTC'`);
  await target.query(`set timezone = 'UTC'`);
}

async function swap({ warehouse }: Whole, from: string, to: string): Promise<void> {
  await warehouse.query(
    `begin; alter table person rename to ${to}; alter table ${from} rename to person; commit`,
  );
}

/** Empty tables, and a sync that has never run. */
async function startOver(whole: Whole, round: number): Promise<void> {
  await whole.target.query(`truncate ${Object.values(targets).join(', ')}`);
  const fields = columnNames.filter((name) => name !== 'id').map((name) => `${name}: ${name}`);
  await whole.apply(`${whole.connections}
models:
  people: { source: warehouse, primaryKey: [id], table: public.person }
syncs:
  ${syncOf(round)}: { model: people, destination: target, object: public.person, mode: mirror, key: { id: id }, fields: { ${fields.join(', ')} } }
`);
}

const syncOf = (round: number): string => `people-${round}`;

interface Turn extends RoundOptions {
  round: number;
  stateFile: string;
}

/** Who begins changes from round to round: nobody always finds the caches that another has warmed. */
async function takeTurns(whole: Whole, measured: Measured, turn: Turn): Promise<void> {
  const { scenario } = measured;
  const turns = [
    async () => {
      const run = await ours(whole, syncOf(turn.round));
      measured.ours.push(run);
      turn.say(sentenceOf(turn, scenario, run));
    },
    async () => {
      const ms = await limit(whole, scenario);
      measured.limitMs.push(ms);
      turn.say(`${label(turn, scenario)} limit ${seconds(ms)}`);
    },
    async () => {
      if (turn.round > turn.naiveRounds) return;
      const run = await naive(whole, turn.stateFile);
      measured.naive.push(run);
      turn.say(`${label(turn, scenario)} naive ${seconds(run.ms)}, peak ${run.peakMiB} MiB`);
    },
  ];
  for (let n = 0; n < turns.length; n += 1) {
    await whole.target.query('checkpoint');
    await turns[(n + turn.round - 1) % turns.length]!();
  }
}

/** Each run has an agent of its own, so that its peak memory is the run's. */
export async function ours(whole: Whole, sync: string): Promise<OurRun> {
  await whole.product.agents[0]!.restart();
  const { run, wallMs } = await runOf(whole, sync);
  return {
    ms: Object.values(run.phases).reduce((sum, ms) => sum + ms, 0),
    wallMs,
    peakMiB: Math.round((run.peakBytes ?? 0) / 2 ** 20),
    bucketBytes: run.bucketBytes ?? 0,
    phases: run.phases,
    sent: run.counts['sent'] ?? 0,
    isEqual: await isEqual(whole),
  };
}

export async function runOf(
  whole: Whole,
  sync: string,
  options: Record<string, boolean> = {},
): Promise<{ run: RunRow; wallMs: number }> {
  const started = performance.now();
  const id = await whole.start(sync, options);
  let run = await whole.show(id);
  while (!isOver(run)) {
    await wait(pollMs);
    run = await whole.show(id);
  }
  if (run.state !== 'succeeded') throw new Error(`The run ${run.state}: ${JSON.stringify(run)}`);
  return { run, wallMs: Math.round(performance.now() - started) };
}

async function limit(whole: Whole, scenario: Scenario): Promise<number> {
  const started = performance.now();
  if (scenario === 'first')
    await pipeInto(
      { url: whole.warehouseUrl, query },
      { url: whole.targetUrl, table: targets.limit },
    );
  else await readAway(whole.warehouseUrl, query);
  const ms = performance.now() - started;
  if (scenario === 'first') await assertEqual(whole, checksumOf(targets.limit), checksumSql);
  return ms;
}

/** It cuts its timestamps to milliseconds, so that is what it is compared by. */
async function naive(whole: Whole, stateFile: string): ReturnType<typeof runNaive> {
  const run = await runNaive(whole.warehouseUrl, whole.targetUrl, stateFile);
  await assertEqual(
    whole,
    checksumOf(targets.naive, 'milliseconds'),
    checksumOf('person', 'milliseconds'),
  );
  return run;
}

async function assertEqual(whole: Whole, targetSql: string, sourceSql: string): Promise<void> {
  if (!(await isEqual(whole, targetSql, sourceSql)))
    throw new Error(`What stands beside ours did not do its work: ${targetSql}`);
}

async function isEqual(
  { warehouse, target }: Whole,
  targetSql = checksumSql,
  sourceSql = checksumSql,
): Promise<boolean> {
  const [there, here] = await Promise.all([
    target.query<{ checksum: string }>(targetSql),
    warehouse.query<{ checksum: string }>(sourceSql),
  ]);
  return there.rows[0]?.checksum === here.rows[0]?.checksum;
}

function sentenceOf(turn: Turn, scenario: Scenario, run: OurRun): string {
  const phases = Object.entries(run.phases)
    .map(([phase, ms]) => `${phase.replace(/Ms$/, '')} ${seconds(ms)}`)
    .join(' · ');
  return (
    `${label(turn, scenario)} ours  ${seconds(run.ms)} (${phases}), seen from outside ${seconds(run.wallMs)}, ` +
    `peak ${run.peakMiB} MiB, bucket ${(run.bucketBytes / 1e6).toFixed(1)} MB, sent ${run.sent}, ` +
    (run.isEqual ? 'destination = query' : 'DESTINATION DIFFERS')
  );
}

const label = ({ size, round }: Turn, scenario: Scenario): string =>
  `${size} rows, round ${round}, ${scenario.padEnd(9)}`;

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
