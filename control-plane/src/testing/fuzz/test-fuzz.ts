// Random and broken inputs for everything that reads what strangers write.
//
//   npm run test:fuzz -- [--inputs 20000] [--seed N] [--json]
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { withPostgres } from '@drawbridge/local/bench/bench-postgres.js';
import { openStand } from '../authz/stand.js';
import { tryGraphql } from './graphql-inputs.js';
import { tryInWorker } from './in-worker.js';
import type { Plan, Tried } from './try-inputs.js';

const usage = `Usage: npm run test:fuzz -- [--inputs 20000] [--seed N] [--json]
Frames of the agents' protocol (random bytes, sound frames that were changed, messages nested without end), configurations
in YAML (sound ones that were changed, aliases that unfold, deep nesting, huge scalars, thousands of names) and random values
for every argument of GraphQL over HTTP: --inputs frames, a tenth of it configurations, a fifth of it requests. Each input
must be taken or refused with a code, within --limit milliseconds (5000) and 512 MiB. A failure names the seed and the number of
its input. Takes some minutes. Exit code 1 when something failed.

  --json   { "seed", "frames", "yaml", "graphql", "failures" } as the last line`;

const { values: flags } = parseArgs({
  options: {
    inputs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    limit: { type: 'string', default: '5000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const [inputs = 0, seed = 0, limitMs = 0] = [flags.inputs, flags.seed, flags.limit].map(Number);
  if (![inputs, seed, limitMs].every((n) => Number.isSafeInteger(n) && n > 0)) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const plan = (part: number): Plan => ({
    seed,
    from: 0,
    until: Math.ceil(inputs * part),
    limitMs,
  });
  const frames = told('frames', await tryInWorker('frames', plan(1)));
  const yaml = told('yaml', await tryInWorker('yaml', plan(0.1)));
  const graphql = told('graphql', await overHttp(plan(0.2)));
  const failures = [frames, yaml, graphql].flatMap((tried) => tried.failures).length;
  if (flags.json)
    console.log(
      JSON.stringify({
        seed,
        frames: frames.inputs,
        yaml: yaml.inputs,
        graphql: graphql.inputs,
        failures,
      }),
    );
  process.exitCode = failures > 0 ? 1 : 0;
}

async function overHttp(plan: Plan): Promise<Tried> {
  let tried: Tried = { inputs: 0, slowestMs: 0, failures: [] };
  await withPostgres(async (postgresUrl) => {
    const stand = await openStand(postgresUrl);
    tried = await tryGraphql(stand.test, stand.ours, plan);
    await stand.test.close();
  });
  return tried;
}

function told(name: string, tried: Tried): Tried {
  const say = flags.json ? console.error : console.log;
  for (const failure of tried.failures) say(failure);
  const { inputs, slowestMs, failures } = tried;
  say(`${name}: ${inputs} inputs, the slowest ${slowestMs} ms, ${failures.length} failures`);
  return tried;
}
