// One size of the benchmark, round by round. In each round ours, the limit and the naive script take turns on the same
// databases, scenario by scenario, so that whatever else the machine does falls on all three.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Whole } from '../testing/whole.js';
import { scenarios } from './figures.js';
import type { Measured, OurRun, Scenario } from './figures.js';
import { runNaive } from './naive.js';
import { engineMsOf, runToEnd } from './one-run.js';
import { changesSql, checksumOf, checksumSql, columnNames, columns, rowsSql } from './people.js';
import { pipeInto, readAway } from './raw-copy.js';
import { phasesText, seconds } from './seconds.js';

export interface RoundOptions {
  size: number;
  rounds: number;
  naiveRounds: number;
  /** Folder for CPU and heap profiles of one more round; its times are not counted. */
  profile?: string;
  say(line: string): void;
}

const query = `select ${columnNames.join(', ')} from person`;
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
  if (options.profile !== undefined)
    await profileRound(whole, options.profile, { ...options, round: options.rounds + 1 });
  return measured;
}

/** Node writes the profiles when the agent ends; each scenario has a folder of its own. */
async function profileRound(
  whole: Whole,
  folder: string,
  turn: RoundOptions & { round: number },
): Promise<void> {
  await startOver(whole, turn.round);
  for (const scenario of scenarios) {
    if (scenario === 'changed') await swap(whole, 'person_after', 'person_before');
    const directory = resolve(folder, `${turn.size}-${scenario}`);
    const run = await ours(whole, syncOf(turn.round), { NODE_OPTIONS: profiling(directory) });
    turn.say(`${sentenceOf(turn, scenario, run)} (profiled: ${directory})`);
  }
  await whole.product.agents[0]!.close();
}

const profiling = (directory: string): string =>
  `--cpu-prof --cpu-prof-dir=${directory} --heap-prof --heap-prof-dir=${directory}`;

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
async function ours(
  whole: Whole,
  sync: string,
  env: Readonly<Record<string, string>> = {},
): Promise<OurRun> {
  await whole.product.agents[0]!.restart(env);
  const { run, wallMs } = await runToEnd(whole, sync);
  return {
    ms: engineMsOf(run),
    wallMs,
    peakMiB: Math.round((run.peakBytes ?? 0) / 2 ** 20),
    bucketBytes: run.bucketBytes ?? 0,
    phases: run.phases,
    sent: run.counts['sent'] ?? 0,
    isEqual: await isEqual(whole),
  };
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

function sentenceOf(turn: Omit<Turn, 'stateFile'>, scenario: Scenario, run: OurRun): string {
  return (
    `${label(turn, scenario)} ours  ${seconds(run.ms)} (${phasesText(run.phases)}), seen from outside ${seconds(run.wallMs)}, ` +
    `peak ${run.peakMiB} MiB, bucket ${(run.bucketBytes / 1e6).toFixed(1)} MB, sent ${run.sent}, ` +
    (run.isEqual ? 'destination = query' : 'DESTINATION DIFFERS')
  );
}

const label = ({ size, round }: Omit<Turn, 'stateFile'>, scenario: Scenario): string =>
  `${size} rows, round ${round}, ${scenario.padEnd(9)}`;
