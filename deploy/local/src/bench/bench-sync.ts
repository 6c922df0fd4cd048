// Postgres → Postgres through the whole product: a first run, an unchanged run, and a run with 1 % changed, 0.1 % added
// and 0.1 % removed. Prints time by phase, the agent's peak memory and what it wrote to the bucket. The two databases
// themselves compare source and destination after each run.
//
//   npm run bench:sync -- --sizes 100k,1m [--json]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { freePort } from '../free-port.js';
import { openPostgres } from '../postgres.js';
import { openWhole } from '../testing/whole.js';
import type { RunRow, Whole } from '../testing/whole.js';
import { changesSql, checksumSql, columnNames, columns, rowsSql } from './people.js';

interface Row {
  size: number;
  scenario: 'first' | 'unchanged' | 'changed';
  wallMs: number;
  oursMs: number;
  agentPeakMiB: number;
  bucketBytes: number;
  phases: Record<string, number>;
  counts: Record<string, number>;
  equal: boolean;
}

const usage = 'Usage: npm run bench:sync -- [--sizes 100k,1m,10m] [--json]';
const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100k,1m' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const directory = await mkdtemp(`${tmpdir()}/drawbridge-bench-pg-`);
  const postgres = await openPostgres({
    directory,
    port: await freePort(),
    settings: {
      shared_buffers: '1GB',
      max_wal_size: '8GB',
      checkpoint_timeout: '30min',
      autovacuum: 'off',
    },
  });
  const rows: Row[] = [];
  try {
    for (const size of flags.sizes.split(',').map(sizeOf))
      rows.push(...(await measure(postgres.url(), size)));
  } finally {
    await postgres.close();
    await rm(directory, { recursive: true, force: true });
  }
  if (flags.json) console.log(JSON.stringify({ rows }));
  if (rows.some((row) => !row.equal)) process.exitCode = 1;
}

async function measure(postgresUrl: string, size: number): Promise<Row[]> {
  const whole = await openWhole({ postgresUrl });
  try {
    await prepare(whole, size);
    const first = await run(whole, size, 'first');
    const unchanged = await run(whole, size, 'unchanged');
    for (const sql of changesSql(size)) await whole.warehouse.query(sql);
    return [first, unchanged, await run(whole, size, 'changed')];
  } finally {
    await whole.close();
  }
}

async function prepare(whole: Whole, size: number): Promise<void> {
  progress(`${size} rows: filling the warehouse …`);
  await whole.warehouse.query(`create table person (${columns.join(', ')})`);
  await whole.warehouse.query(`insert into person ${rowsSql(1, size)}`);
  await whole.warehouse.query('alter table person add primary key (id)');
  await whole.warehouse.query('vacuum analyze person');
  await whole.target.query(`create table person (${columns.join(', ')}, primary key (id))`);
  await whole.warehouse.query(`set timezone = 'UTC'`);
  await whole.target.query(`set timezone = 'UTC'`);
  const fields = columnNames.filter((name) => name !== 'id').map((name) => `${name}: ${name}`);
  await whole.apply(`${whole.connections}
models:
  people: { source: warehouse, primaryKey: [id], table: public.person }
syncs:
  people: { model: people, destination: target, object: public.person, mode: mirror, key: { id: id }, fields: { ${fields.join(', ')} } }
`);
}

/** Each run has an agent of its own, so that its peak memory is the run's. */
async function run(whole: Whole, size: number, scenario: Row['scenario']): Promise<Row> {
  await whole.warehouse.query('checkpoint');
  await whole.product.agents[0]?.restart();
  const started = performance.now();
  const finished = await whole.run('people');
  const wallMs = Math.round(performance.now() - started);
  if (finished.state !== 'succeeded')
    throw new Error(`The run ${finished.state}: ${JSON.stringify(finished)}`);
  const row = rowOf({ size, scenario, wallMs, finished, equal: await isEqual(whole) });
  if (!flags.json) print(row);
  return row;
}

function rowOf(
  result: Pick<Row, 'size' | 'scenario' | 'wallMs' | 'equal'> & { finished: RunRow },
): Row {
  const { finished, ...rest } = result;
  const phases = finished.phases;
  return {
    ...rest,
    oursMs: Object.values(phases).reduce((sum, ms) => sum + ms, 0),
    agentPeakMiB: Math.round((finished.peakBytes ?? 0) / 2 ** 20),
    bucketBytes: finished.bucketBytes ?? 0,
    phases,
    counts: finished.counts,
  };
}

async function isEqual(whole: Whole): Promise<boolean> {
  const [source, target] = await Promise.all([
    whole.warehouse.query<{ checksum: string }>(checksumSql),
    whole.target.query<{ checksum: string }>(checksumSql),
  ]);
  return source.rows[0]?.checksum === target.rows[0]?.checksum;
}

function print(row: Row): void {
  const phases = Object.entries(row.phases)
    .map(([phase, ms]) => `${phase.replace(/Ms$/, '')} ${(ms / 1000).toFixed(2)}`)
    .join(' · ');
  console.log(
    `${row.size} rows, ${row.scenario.padEnd(9)} ${(row.oursMs / 1000).toFixed(2)} s (${phases}) ` +
      `peak ${row.agentPeakMiB} MiB, bucket ${(row.bucketBytes / 1e6).toFixed(1)} MB, ` +
      `sent ${row.counts['sent']}, ${row.equal ? 'destination = query' : 'DESTINATION DIFFERS'}`,
  );
}

function sizeOf(text: string): number {
  const match = /^(\d+)([km]?)$/.exec(text.trim());
  if (!match) throw new Error(`"${text}" is not a size. ${usage}`);
  return Number(match[1]) * { '': 1, k: 1_000, m: 1_000_000 }[match[2] as '' | 'k' | 'm'];
}

function progress(line: string): void {
  console.error(line);
}
