// The http destination, driven by the engine's delivery, beside a bare undici loop against the same receiver, each of
// the three in a process of its own.
//
// Both send the same records in requests of the same size, sixteen at once, and read every answer. The loop holds the
// records in memory as objects, made before the time is taken, and does nothing but JSON.stringify and send. Ours reads the
// plan's lines from disk, picks the columns, writes the bodies, names each request for ever, journals intents and
// outcomes (to a bucket in memory), keeps to a limiter and counts what became of each row.
//
// They take turns, and who goes first changes from round to round; the first round is for warming up. A ratio is the
// median of the rounds' own: the loop's time through ours. On a machine that does other things, trust the processor's.
//
//   npm run bench:http -- [--rounds 5] [--only "100 rows"] [--json]
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openChild } from './child.js';
import { cases, heardBy } from './http-case.js';
import type { HttpCase } from './http-case.js';
import { median, messageOf, openSide } from './side.js';
import type { Spent } from './side.js';

const target = 0.8;
const usage = 'Usage: npm run bench:http -- [--rounds 5] [--only "100 rows"] [--json]';
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const sink = await openChild('http-sink.js');
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-bench-http-'));
  const rows: object[] = [];
  try {
    for (const each of cases.filter(({ name }) => name.includes(flags.only)))
      rows.push(tell(each, await measure(each, sink.url, directory)));
  } finally {
    sink.close();
    await rm(directory, { recursive: true, force: true });
  }
  if (flags.json) console.log(JSON.stringify({ rows }));
}

type Round = Record<'ours' | 'bare', Spent>;

async function measure(of: HttpCase, sinkUrl: string, directory: string): Promise<Round[]> {
  const args = [of.name, sinkUrl, directory];
  const sides = {
    ours: await openSide('http-contender.js', ['ours', ...args]),
    bare: await openSide('http-contender.js', ['bare', ...args]),
  };
  const rounds: Round[] = [];
  try {
    for (let n = 0; n <= Number(flags.rounds); n += 1) {
      const round = await inTurn(sides, { sinkUrl, oursFirst: n % 2 === 0 });
      if (n > 0) rounds.push(round);
    }
  } finally {
    for (const side of Object.values(sides)) side.disconnect();
  }
  return rounds;
}

/** Both must have sent the same bytes. */
async function inTurn(
  sides: Record<'ours' | 'bare', ChildProcess>,
  { sinkUrl, oursFirst }: { sinkUrl: string; oursFirst: boolean },
): Promise<Round> {
  const round: Partial<Round> = {};
  const heard: string[] = [];
  for (const name of oursFirst ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const)) {
    sides[name].send('go');
    round[name] = await messageOf<Spent>(sides[name]);
    heard.push(JSON.stringify(await heardBy(sinkUrl)));
  }
  if (heard[0] !== heard[1]) throw new Error(`Not the same work: ${heard.join(' and ')}`);
  return round as Round;
}

function tell(of: HttpCase, rounds: readonly Round[]): object {
  const perSecond = (side: keyof Round): number =>
    Math.round((of.rows / median(rounds.map((round) => round[side].ms))) * 1000);
  const ratio = (unit: keyof Spent): number =>
    Math.round(median(rounds.map(({ ours, bare }) => bare[unit] / ours[unit])) * 100) / 100;
  const row = {
    case: of.name,
    oursPerSecond: perSecond('ours'),
    barePerSecond: perSecond('bare'),
    ratio: ratio('ms'),
    target,
    cpuRatio: ratio('cpuMs'),
    cpuTarget: of.cpuTarget,
  };
  const isMet = row.ratio >= target && row.cpuRatio >= of.cpuTarget;
  if (!isMet) process.exitCode = 1;
  const say = flags.json ? console.error : console.log;
  say(
    `${of.name.padEnd(18)}  ours ${row.oursPerSecond} rows/s, bare undici ${row.barePerSecond} rows/s, ratio ${row.ratio} ` +
      `(target ≥ ${target}), of processor time ${row.cpuRatio} (target ≥ ${of.cpuTarget}): ${isMet ? 'met' : 'missed'}`,
  );
  return row;
}
