// What safety costs: the engine as it is, and on a bucket that keeps the baseline alone (`careless-store.ts`), in turn
// on the same Postgres. Acknowledgements, errors, logs, the plan in the bucket and the conditional head are the difference.
//
//   npm run bench:safety -- [--rows 1m] [--rounds 3] [--json]
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withPostgres } from '@drawbridge/local/bench/bench-postgres.js';
import { columnNames, columns, rowsSql } from '@drawbridge/local/bench/people.js';
import { rowCountOf } from '@drawbridge/local/bench/row-count.js';
import { readSettings } from '../../connector/settings.js';
import destinationPostgres from '../../destination/postgres/index.js';
import sourcePostgres from '../../source/postgres/index.js';
import { openS3Store } from '../../store/s3.js';
import type { Store } from '../../store/store.js';
import { column, openEngine } from '../engine.js';
import type { Engine } from '../engine.js';
import { openPostgresFixture } from '../postgres.js';
import type { PostgresFixture } from '../postgres.js';
import { CarelessStore } from './careless-store.js';
import { openChild } from './child.js';

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '1m' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

type Times = Record<'first' | 'unchanged', number[]>;
/** A first run may take this much longer, an unchanged one so many milliseconds. */
const targets = { firstShare: 0.15, unchangedMs: 500 };

if (flags.help) console.log('Usage: npm run bench:safety -- [--rows 1m] [--rounds 3] [--json]');
else await withPostgres(main);

async function main(postgresUrl: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-bench-safety-'));
  const bucket = await openChild('bucket-process.js', [directory]);
  const fixture = await openPostgresFixture(postgresUrl);
  process.env['AWS_ACCESS_KEY_ID'] = 'bench';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'bench-secret';
  const at = { bucket: 'drawbridge', prefix: 'bench', endpoint: bucket.url, region: 'us-east-1' };
  const store = openS3Store(at);
  try {
    await fill(fixture);
    tell(await measure(fixture, store));
  } finally {
    store.close();
    await fixture.close();
    bucket.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function fill({ client }: PostgresFixture): Promise<void> {
  await client.query(`create table person (${columns.join(', ')})`);
  await client.query(`insert into person ${rowsSql(1, rowCountOf(flags.rows))}`);
  await client.query('alter table person add primary key (id)');
  await client.query('vacuum analyze person');
  await client.query('create table target (like person including all)');
}

async function measure(
  fixture: PostgresFixture,
  store: Store,
): Promise<{ safe: Times; careless: Times }> {
  const { settings, secrets } = fixture;
  const parts = {
    source: sourcePostgres.open({
      settings: readSettings(sourcePostgres.settings, settings),
      secrets,
    }),
    destination: destinationPostgres.open({
      settings: readSettings(destinationPostgres.settings, settings),
      secrets,
    }),
  };
  const times = { safe: { first: [], unchanged: [] }, careless: { first: [], unchanged: [] } };
  const engines = {
    safe: await openEngine({ ...parts, store }),
    careless: await openEngine({ ...parts, store: new CarelessStore(store) }),
  };
  for (let round = 1; round <= Number(flags.rounds); round += 1) {
    const names = ['safe', 'careless'] as const;
    for (const name of round % 2 === 0 ? names.toReversed() : names) {
      await fixture.client.query('truncate target');
      await fixture.client.query('checkpoint');
      await runTwice(engines[name], times[name]);
    }
  }
  await Promise.all([engines.safe.close(), engines.careless.close()]);
  return times;
}

async function runTwice(engine: Engine, times: Times): Promise<void> {
  const request = {
    syncId: randomUUID(),
    model: { name: 'people', query: { table: 'public.person' }, primaryKey: ['id'] },
    object: 'public.target',
    fields: columnNames.filter((name) => name !== 'id').map(column),
  };
  for (const scenario of ['first', 'unchanged'] as const) {
    const started = performance.now();
    const { outcome, counts } = await engine.run(request);
    times[scenario].push(performance.now() - started);
    const sent = scenario === 'first' ? rowCountOf(flags.rows) : 0;
    if (outcome !== 'succeeded' || counts.sent !== sent)
      throw new Error(`The run ${outcome}: ${JSON.stringify(counts)}`);
  }
}

function tell({ safe, careless }: { safe: Times; careless: Times }): void {
  const cost = {
    rows: rowCountOf(flags.rows),
    firstMs: median(safe.first),
    firstCarelessMs: median(careless.first),
    unchangedMs: median(safe.unchanged),
    unchangedCarelessMs: median(careless.unchanged),
  };
  const share = cost.firstMs / cost.firstCarelessMs - 1;
  const ms = cost.unchangedMs - cost.unchangedCarelessMs;
  const say = flags.json ? console.error : console.log;
  const verdict = (isMet: boolean): string => {
    if (!isMet) process.exitCode = 1;
    return isMet ? 'met' : 'missed';
  };
  say(
    `first run ${cost.firstMs} ms, careless ${cost.firstCarelessMs} ms: ${(share * 100).toFixed(1)} % more ` +
      `(target < 15 %): ${verdict(share < targets.firstShare)}`,
  );
  say(
    `unchanged ${cost.unchangedMs} ms, careless ${cost.unchangedCarelessMs} ms: ${ms} ms more ` +
      `(target < 500 ms): ${verdict(ms < targets.unchangedMs)}`,
  );
  if (flags.json) console.log(JSON.stringify(cost));
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1]!);
}
