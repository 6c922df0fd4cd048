// Postgres → Postgres through the whole product: a first run, an unchanged run, and a run with 1 % changed, 0.1 % added
// and 0.1 % removed; beside it, on the same databases in the same rounds, the limit and the script that most engineers
// would write. The databases themselves compare source and destination after each run.
//
//   npm run bench:sync -- --sizes 100k,1m [--rounds 5] [--json]
import { parseArgs } from 'node:util';
import { openWhole } from '../testing/whole.js';
import { withPostgres } from './bench-postgres.js';
import { rowOf } from './figures.js';
import type { Measured } from './figures.js';
import { measureSize } from './rounds.js';
import { rowCountOf } from './row-count.js';
import { tableOf } from './table.js';

const usage = `Usage: npm run bench:sync -- [--sizes 100k,1m,10m] [--rounds N] [--naive-rounds N] [--profile DIR] [--json]

  --sizes         rows, default 100k,1m
  --rounds        medians are of so many rounds, default 5
  --naive-rounds  rounds in which the naive script takes part: all by default, one from 5 million rows on
  --profile       folder for CPU and heap profiles of the agent, from one more round that is not counted
  --json          prints one JSON document last; all else goes to standard error`;

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100k,1m' },
    rounds: { type: 'string', default: '5' },
    'naive-rounds': { type: 'string' },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const sizes = flags.sizes.split(',').map(rowCountOf);
  const say = flags.json ? console.error : console.log;
  const measured: Measured[] = [];
  await withPostgres(async (url) => {
    for (const size of sizes) measured.push(...(await measure(url, size)));
  });
  say(tableOf(measured));
  if (flags.json) console.log(JSON.stringify({ rows: measured.map(rowOf) }));
  if (measured.some(({ ours }) => ours.some(({ isEqual }) => !isEqual))) process.exitCode = 1;
}

async function measure(postgresUrl: string, size: number): Promise<Measured[]> {
  const rounds = rowCountOf(flags.rounds);
  const naiveRounds = rowCountOf(flags['naive-rounds'] ?? (size < 5_000_000 ? flags.rounds : '1'));
  const whole = await openWhole({ postgresUrl });
  try {
    return await measureSize(whole, {
      size,
      rounds,
      naiveRounds,
      ...(flags.profile === undefined ? {} : { profile: flags.profile }),
      say: console.error,
    });
  } finally {
    await whole.close();
  }
}
