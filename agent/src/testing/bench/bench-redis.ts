// The redis destination, driven by the engine's delivery, beside a bare ioredis loop against the same server, each of the
// three in a process of its own.
//
// Both write the same keys (the server's own digest of all its data says so) in pipelines of up to a thousand commands, four on
// their way. The loop holds the records in memory, made before the time is taken. Ours reads the plan's lines from
// disk, picks the columns, writes the commands, journals intents and outcomes (to a bucket in memory) and counts what
// became of each row. NULLs and texts that need escaping are among them. Every round begins with an empty server.
//
// They take turns, and who goes first changes from round to round; the first round is for warming up. A ratio is the
// median of the rounds' own: the loop's time through ours. On a machine that does other things, trust the processor's.
//
//   npm run bench:redis -- [--rounds 5] [--only "hash"] [--json]
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hasRedis, openRedis, whyNoRedis } from '../redis/redis-process.js';
import type { RedisProcess } from '../redis/redis-process.js';
import { cases } from './redis-case.js';
import type { RedisCase } from './redis-case.js';
import { median, messageOf, openSide } from './side.js';
import type { Spent } from './side.js';

const target = 100_000;
const usage = 'Usage: npm run bench:redis -- [--rounds 5] [--only "hash"] [--json]';
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) console.log(usage);
else if (hasRedis) await main();
else throw new Error(`There is nothing to measure against${whyNoRedis}.`);

async function main(): Promise<void> {
  const server = await openRedis({ config: ['enable-debug-command yes'] });
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-bench-redis-'));
  const rows: object[] = [];
  try {
    for (const each of cases.filter(({ name }) => name.includes(flags.only)))
      rows.push(tell(each, await measure(each, server, directory)));
  } finally {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  }
  if (flags.json) console.log(JSON.stringify({ rows }));
}

type Round = Record<'ours' | 'bare', Spent>;

async function measure(of: RedisCase, server: RedisProcess, directory: string): Promise<Round[]> {
  const args = [of.name, String(server.port), directory];
  const sides = {
    ours: await openSide('redis-contender.js', ['ours', ...args]),
    bare: await openSide('redis-contender.js', ['bare', ...args]),
  };
  const rounds: Round[] = [];
  try {
    for (let n = 0; n <= Number(flags.rounds); n += 1) {
      const round = await inTurn(sides, { of, server, oursFirst: n % 2 === 0 });
      if (n > 0) rounds.push(round);
    }
  } finally {
    for (const side of Object.values(sides)) side.disconnect();
  }
  return rounds;
}

async function inTurn(
  sides: Record<'ours' | 'bare', ChildProcess>,
  { of, server, oursFirst }: { of: RedisCase; server: RedisProcess; oursFirst: boolean },
): Promise<Round> {
  const round: Partial<Round> = {};
  const written: string[] = [];
  for (const name of oursFirst ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const)) {
    await server.admin.flushall('SYNC');
    sides[name].send('go');
    round[name] = await messageOf<Spent>(sides[name]);
    const keys = await server.admin.dbsize();
    if (keys !== of.rows) throw new Error(`${name} wrote ${keys} of ${of.rows} keys.`);
    written.push(String(await server.admin.call('DEBUG', 'DIGEST')));
  }
  if (written[0] !== written[1]) throw new Error('They did not write the same data.');
  return round as Round;
}

function tell(of: RedisCase, rounds: readonly Round[]): object {
  const perSecond = (side: keyof Round): number =>
    Math.round((of.rows / median(rounds.map((round) => round[side].ms))) * 1000);
  const ratio = (unit: keyof Spent): number =>
    Math.round(median(rounds.map(({ ours, bare }) => bare[unit] / ours[unit])) * 100) / 100;
  const row = {
    case: of.name,
    oursPerSecond: perSecond('ours'),
    target,
    barePerSecond: perSecond('bare'),
    ratio: ratio('ms'),
    cpuRatio: ratio('cpuMs'),
    /** What the load of the machine changes least. */
    oursCpuMicrosPerKey:
      Math.round((median(rounds.map(({ ours }) => ours.cpuMs)) / of.rows) * 10_000) / 10,
  };
  const isMet = row.oursPerSecond >= target;
  if (!isMet) process.exitCode = 1;
  const say = flags.json ? console.error : console.log;
  say(
    `${of.name.padEnd(18)}  ours ${row.oursPerSecond} keys/s (target ≥ ${target}), bare ioredis ${row.barePerSecond} keys/s, ` +
      `ratio ${row.ratio}, of processor time ${row.cpuRatio} (${row.oursCpuMicrosPerKey} µs a key): ${isMet ? 'met' : 'missed'}`,
  );
  return row;
}
