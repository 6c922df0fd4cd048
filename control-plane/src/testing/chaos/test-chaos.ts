// Lets everything go wrong at once for three control planes and ten agents, and looks at what became of the runs.
//
//   npm run test:chaos -- [--runs 500] [--rounds 3] [--seed 1] [--pooled 0] [--json]
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { Logger } from '@nestjs/common';
import { openArena } from './arena.js';
import { stirUp } from './chaos.js';
import { faultNames } from './faults.js';

const usage = `Usage: npm run test:chaos -- [--runs 500] [--rounds 3] [--seed 1] [--pooled 0] [--json]
Three control planes as processes, ten agents on real sockets, one Postgres; each of these --rounds times, in random order:
${faultNames.join(', ')}.
Then SQL over every move of every lease and run: each run ended once, each slot has one run, no slot of a schedule was left out, every
end of a run was followed once, who began too late was told of once, no lease was held by two, and nothing that was
acknowledged is lost. With --pooled 10, the replicas share ten connections of a PgBouncer for each role. Takes two minutes or more. Exit code 1 when a law was broken.`;

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    pooled: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const [runs, rounds, seed, pooled] = [flags.runs, flags.rounds, flags.seed, flags.pooled].map(
    Number,
  );
  const isRight = [runs, rounds, seed].every((n) => Number.isSafeInteger(n) && Number(n) > 0);
  if (!isRight || !Number.isSafeInteger(pooled)) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  Logger.overrideLogger(false);
  await using open = new AsyncDisposableStack();
  const many = { replicas: 3, agents: 10, syncs: 120, clocks: 6, chains: 40 };
  const size = { ...many, pooled: Number(pooled), heartbeatMs: 500, leaseMs: 1_000 };
  const arena = await openArena(size, open);
  const began = performance.now();
  const tell = (line: string): void =>
    console.error(`${((performance.now() - began) / 1_000).toFixed(1)} s  ${line}`);
  const pace = { faults: faultNames, atOnce: 5, paceMs: 1_000 };
  const random = randomOf(Number(seed));
  const plan = { runs: Number(runs), rounds: Number(rounds), random, tell, ...pace };
  const outcome = await stirUp(arena, plan);
  const seconds = Math.round((performance.now() - began) / 1_000);
  console.log(
    flags.json ? JSON.stringify({ ...outcome, seconds }) : textOf({ ...outcome, seconds }),
  );
  process.exitCode = outcome.broken.length > 0 ? 1 : 0;
}

function textOf(figures: object): string {
  const lines = Object.entries(figures).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return lines.join('\n');
}

/** The same numbers for the same seed: a linear congruence modulo 2^32 is random enough to shuffle faults. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
