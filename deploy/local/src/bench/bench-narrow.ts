// Many narrow rows through the whole product, with the agent's memory held by the kernel: a first run, an unchanged
// run, and a run with 1 % changed. What counts here is that memory does not grow with the rows, and what disk it takes.
//
//   npm run bench:narrow -- --rows 100m [--rebaseline] [--memory 512]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openWhole } from '../testing/whole.js';
import type { Whole } from '../testing/whole.js';
import { withPostgres } from './bench-postgres.js';
import { withPeakOf } from './folder-size.js';
import { openMemoryCage } from './memory-cage.js';
import type { MemoryCage } from './memory-cage.js';
import {
  changeNarrowSql,
  fillNarrowSql,
  makeNarrowSql,
  narrowChecksumSql,
  narrowColumns,
} from './narrow-rows.js';
import { engineMsOf, runToEnd } from './one-run.js';
import { pipeInto, readAway } from './raw-copy.js';
import { rowCountOf } from './row-count.js';
import { phasesText, seconds } from './seconds.js';

const usage = `Usage: npm run bench:narrow -- [--rows 100m] [--memory MIB] [--rebaseline] [--json]

  --rows        default 1m
  --memory      MiB that the agent gets and is held to, default 512
  --rebaseline  the first run records rows that are at the destination already, instead of sending all of them
  --json        prints one JSON document last; all else goes to standard error`;

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '1m' },
    memory: { type: 'string', default: '512' },
    rebaseline: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface NarrowRun {
  scenario: string;
  oursMs: number;
  limitMs: number;
  peakMiB: number;
  /** With the page cache of the files it wrote. */
  cagePeakMiB: number;
  workDirPeakBytes: number;
  bucketBytes: number;
  phases: Record<string, number>;
  counts: Record<string, number>;
  isEqual: boolean;
}

const rows = rowCountOf(flags.rows);
const query = `select ${narrowColumns.join(', ')} from narrow`;

if (flags.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const cage = await openMemoryCage(
    `drawbridge-bench-${process.pid}`,
    Number(flags.memory) * 2 ** 20,
  );
  const runs: NarrowRun[] = [];
  try {
    await withPostgres(async (postgresUrl) => {
      const whole = await openWhole({ postgresUrl, agentEnv: agentEnv(cage) });
      try {
        await measure(whole, cage, runs);
      } finally {
        await whole.close();
      }
    });
  } finally {
    await cage.close();
  }
  if (flags.json) console.log(JSON.stringify({ rows, memoryMiB: Number(flags.memory), runs }));
  if (runs.some((run) => !run.isEqual)) process.exitCode = 1;
}

/** One run at a time: it gets all of the agent's memory. */
function agentEnv(cage: MemoryCage): Record<string, string> {
  return { DRAWBRIDGE_MEMORY_MIB: flags.memory, DRAWBRIDGE_CONCURRENCY: '1', ...cage.env };
}

async function measure(whole: Whole, cage: MemoryCage, runs: NarrowRun[]): Promise<void> {
  const say = flags.json ? console.error : console.log;
  say(`${rows} rows of ${narrowColumns.length} columns, agent held by ${cage.how}`);
  await prepare(whole);
  const firstLimit = await fillBeside(whole);
  const note = async (scenario: string, limitMs: number): Promise<void> => {
    const run = await measureRun(whole, cage, { scenario, limitMs });
    runs.push(run);
    say(sentenceOf(run));
  };
  await note('first', firstLimit);
  await note('unchanged', await readLimit(whole));
  await whole.warehouse.query(changeNarrowSql);
  await note('changed', await readLimit(whole));
}

async function prepare({ warehouse, target, apply, connections }: Whole): Promise<void> {
  await warehouse.query(makeNarrowSql('narrow'));
  await warehouse.query(fillNarrowSql(rows));
  await warehouse.query('alter table narrow add primary key (id)');
  await warehouse.query('vacuum analyze narrow');
  await target.query(makeNarrowSql('narrow'));
  await target.query('alter table narrow add primary key (id)');
  await warehouse.query(`set timezone = 'UTC'`);
  await target.query(`set timezone = 'UTC'`);
  const fields = narrowColumns.slice(1).map((name) => `${name}: ${name}`);
  await apply(`${connections}
models:
  narrow: { source: warehouse, primaryKey: [id], table: public.narrow }
syncs:
  narrow: { model: narrow, destination: target, object: public.narrow, mode: mirror, key: { id: id }, fields: { ${fields.join(', ')} } }
`);
}

/** The limit of a first run; its rows stay only where the first run shall find them. */
async function fillBeside({ warehouseUrl, targetUrl, target }: Whole): Promise<number> {
  const started = performance.now();
  await pipeInto({ url: warehouseUrl, query }, { url: targetUrl, table: 'narrow' });
  const ms = performance.now() - started;
  if (!flags.rebaseline) await target.query('truncate narrow');
  await target.query('checkpoint');
  return ms;
}

async function readLimit({ warehouseUrl }: Whole): Promise<number> {
  const started = performance.now();
  await readAway(warehouseUrl, query);
  return performance.now() - started;
}

async function measureRun(
  whole: Whole,
  cage: MemoryCage,
  { scenario, limitMs }: { scenario: string; limitMs: number },
): Promise<NarrowRun> {
  await whole.product.agents[0]!.restart();
  const options = scenario === 'first' && flags.rebaseline ? { rebaseline: true } : {};
  const { result, peakBytes } = await withPeakOf(join(whole.home, 'agent-1', 'work'), () =>
    runToEnd(whole, 'narrow', options).catch(async (error: unknown) => {
      throw new Error(`${scenario}: the kernel killed ${await cage.kills()} processes of it.`, {
        cause: error,
      });
    }),
  );
  const { run } = result;
  return {
    scenario,
    oursMs: engineMsOf(run),
    limitMs: Math.round(limitMs),
    peakMiB: Math.round((run.peakBytes ?? 0) / 2 ** 20),
    cagePeakMiB: Math.round((await cage.peakBytes()) / 2 ** 20),
    workDirPeakBytes: peakBytes,
    bucketBytes: run.bucketBytes ?? 0,
    phases: run.phases,
    counts: run.counts,
    isEqual: await isEqual(whole),
  };
}

async function isEqual({ warehouse, target }: Whole): Promise<boolean> {
  const [there, here] = await Promise.all(
    [target, warehouse].map((client) => client.query<{ checksum: string }>(narrowChecksumSql)),
  );
  return there?.rows[0]?.checksum === here?.rows[0]?.checksum;
}

function sentenceOf(run: NarrowRun): string {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  return (
    `${run.scenario.padEnd(9)} ${seconds(run.oursMs)} (${phasesText(run.phases)}), limit ${seconds(run.limitMs)}, ` +
    `resident ${run.peakMiB} MiB at most (in the cage, with page cache: ${run.cagePeakMiB} MiB), ` +
    `work folder ${megabytes(run.workDirPeakBytes)} at most, bucket ${megabytes(run.bucketBytes)}, ` +
    `sent ${run.counts['sent']}, ${run.isEqual ? 'destination = query' : 'DESTINATION DIFFERS'}`
  );
}
