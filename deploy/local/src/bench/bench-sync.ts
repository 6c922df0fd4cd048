// Postgres → Postgres through the whole product: a first run, an unchanged run, and a run with 1 % changed, 0.1 % added
// and 0.1 % removed; beside it, on the same databases in the same rounds, the limit and the script that most engineers
// would write. The databases themselves compare source and destination after each run.
//
//   npm run bench:sync -- --sizes 100k,1m [--rounds 5] [--json]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { freePort } from '../free-port.js';
import { openPostgres } from '../postgres.js';
import { openWhole } from '../testing/whole.js';
import { rowOf } from './figures.js';
import type { Measured } from './figures.js';
import { measureSize } from './rounds.js';
import { tableOf } from './table.js';

const usage = `Usage: npm run bench:sync -- [--sizes 100k,1m,10m] [--rounds N] [--naive-rounds N] [--json]

  --sizes         rows, default 100k,1m
  --rounds        medians are of so many rounds, default 5
  --naive-rounds  rounds in which the naive script takes part: all by default, one from 5 million rows on
  --json          prints one JSON document last; all else goes to standard error`;

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100k,1m' },
    rounds: { type: 'string', default: '5' },
    'naive-rounds': { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const sizes = flags.sizes.split(',').map(countOf);
  const say = flags.json ? console.error : console.log;
  const measured: Measured[] = [];
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
  try {
    for (const size of sizes) measured.push(...(await measure(postgres.url(), size)));
  } finally {
    await postgres.close();
    await rm(directory, { recursive: true, force: true });
  }
  say(tableOf(measured));
  if (flags.json) console.log(JSON.stringify({ rows: measured.map(rowOf) }));
  if (measured.some(({ ours }) => ours.some(({ isEqual }) => !isEqual))) process.exitCode = 1;
}

async function measure(postgresUrl: string, size: number): Promise<Measured[]> {
  const rounds = countOf(flags.rounds);
  const naiveRounds = countOf(flags['naive-rounds'] ?? (size < 5_000_000 ? flags.rounds : '1'));
  const whole = await openWhole({ postgresUrl });
  try {
    return await measureSize(whole, { size, rounds, naiveRounds, say: console.error });
  } finally {
    await whole.close();
  }
}

/** 1m is a million. */
function countOf(text: string): number {
  const match = /^(\d+)([km]?)$/.exec(text.trim());
  if (!match) throw new Error(`"${text}" is no number like 100k. ${usage}`);
  return Number(match[1]) * { '': 1, k: 1_000, m: 1_000_000 }[match[2] as '' | 'k' | 'm'];
}
