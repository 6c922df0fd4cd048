// Kills the engine at every point where a crash could leave something half done, restarts it, and compares.
//
//   npm run test:crash -- [--points head.before,batch.answered] [--only "frozen"] [--thorough] [--pairs 40] [--seed 1] [--json]
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { freePort } from '@drawbridge/local/free-port.js';
import { openPostgres } from '@drawbridge/local/postgres.js';
import { crashPoints } from '../../crash-point.js';
import { everyFault } from './fault-plan.js';
import { everyPoint, neverPassed, productPoints, randomPairs, watchScenarios } from './plan.js';
import type { Seen } from './plan.js';
import { tryProduct } from './product-trials.js';
import type { Trial } from './trial.js';
import { missed, tryAll } from './trials.js';
import type { Tried, Violation } from './trials.js';
import { openWorld } from './world.js';
import type { World } from './world.js';

interface Summary {
  points: string[];
  trials: number;
  runs: number;
  notRun: Tried['notRun'];
  violations: Violation[];
}

/** Each has databases, a bucket server and processes of its own. Some wait for silence while the others work. */
const usualWorlds = availableParallelism() + 2;

const usage =
  'Usage: npm run test:crash -- [--points a,b] [--only TEXT] [--thorough] [--at-once N] [--pairs N] [--seed N] [--json]\n' +
  'Without --points every step of a run is tried, each way to deliver at every other one, then random pairs, then faults.\n' +
  '--thorough tries each scenario at each point, at its first and last passing, and three times the faults: some hours.\n' +
  '--only tries what has the text in its name, which is "scenario · what is done to it".';
const { values: flags } = parseArgs({
  options: {
    points: { type: 'string' },
    thorough: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    'at-once': { type: 'string', default: String(usualWorlds) },
    pairs: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const chosen = flags.points?.split(',').map((name) => name.trim());
  const unknown = chosen?.filter((name) => !Object.hasOwn(crashPoints, name)) ?? [];
  if (unknown.length > 0) return fail(`No such point: ${unknown.join(', ')}.\n${usage}`);
  const numbers = [flags.pairs, flags.seed, flags['at-once']].map(Number);
  const [pairs, seed, atOnce] = numbers;
  if (!numbers.every((n) => Number.isSafeInteger(n) && n >= 0) || atOnce === 0) return fail(usage);
  await using open = new AsyncDisposableStack();
  const directory = open.adopt(await mkdtemp(`${tmpdir()}/drawbridge-crash-pg-`), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const postgres = open.adopt(
    await openPostgres({ directory, port: await freePort(), settings: { fsync: 'off' } }),
    (server) => server.close(),
  );
  const worlds: World[] = [];
  for (let n = 0; n < atOnce!; n += 1)
    worlds.push(open.adopt(await openWorld(postgres.url()), (world) => world.close()));
  const engine = await summarise(worlds, { chosen, pairs: pairs!, seed: seed! });
  const whole = await tryWhole(postgres.url(), chosen);
  tell({
    points: [...engine.points, ...whole.points],
    trials: engine.trials + whole.trials,
    runs: engine.runs + whole.runs,
    notRun: [...engine.notRun, ...whole.notRun],
    violations: [...engine.violations, ...whole.violations],
  });
}

async function summarise(
  worlds: readonly World[],
  { chosen, pairs, seed }: { chosen: string[] | undefined; pairs: number; seed: number },
): Promise<Summary> {
  const isThorough = flags.thorough;
  say(`Watching undisturbed runs, seed ${seed} …`);
  const seen = await watchScenarios(worlds);
  const points = [...new Set([...seen.values()].flatMap(({ passed }) => [...passed.keys()]))];
  const faults = chosen
    ? { trials: [], impossible: [] }
    : await everyFault(worlds, seen, { isThorough, seed });
  const trials = [
    ...everyPoint(seen, { isThorough, seed }).filter(
      ({ point }) => !chosen || chosen.includes(point),
    ),
    ...(chosen ? [] : randomPairs(seen, { pairs, seed })),
    ...faults.trials,
  ].filter(isWanted);
  say(`${points.length} points, ${trials.length} trials.`);
  const { runs, notRun, violations } = await tryAll(worlds, trials, { seen, say });
  return {
    points: chosen ? points.filter((point) => chosen.includes(point)) : points,
    trials: trials.length,
    runs: runs + seen.size * 2,
    notRun: [...faults.impossible.filter(isWanted).map(missed), ...notRun],
    violations: [...unmet(seen, chosen), ...violations],
  };
}

function isWanted({ scenario, disturbance }: Trial): boolean {
  return `${scenario.name} · ${disturbance.name}`.includes(flags.only);
}

async function tryWhole(postgresUrl: string, chosen: string[] | undefined): Promise<Summary> {
  const points = productPoints.filter(
    (point) =>
      (!chosen || chosen.includes(point)) && `whole product · ${point}`.includes(flags.only),
  );
  if (points.length === 0) return { points, trials: 0, runs: 0, notRun: [], violations: [] };
  return {
    points,
    trials: points.length,
    notRun: [],
    ...(await tryProduct(postgresUrl, points, say)),
  };
}

/** Nobody would notice what a crash does at a point that no run comes to. */
function unmet(seen: Seen, chosen: string[] | undefined): Violation[] {
  return neverPassed(seen)
    .filter((point) => !chosen || chosen.includes(point))
    .map((point) => ({
      scenario: '',
      disturbance: point,
      seed: 0,
      what: 'no scenario comes to it',
    }));
}

function tell(summary: Summary): void {
  const { points, trials, runs, notRun, violations } = summary;
  const unexplained = notRun.filter(({ mayMiss }) => mayMiss === undefined);
  if (violations.length + unexplained.length > 0) process.exitCode = 1;
  if (flags.json) return console.log(JSON.stringify(summary));
  for (const { scenario, disturbance, what } of violations)
    console.log(`VIOLATION ${scenario} · ${disturbance} · --seed ${flags.seed}: ${what}`);
  for (const { scenario, disturbance, mayMiss = 'nothing happened' } of notRun)
    console.log(`NOT RUN ${scenario} · ${disturbance}: ${mayMiss}`);
  console.log(
    `${points.length} points, ${trials} trials, ${runs} runs, ${notRun.length} not run, ${violations.length} violations`,
  );
}

function say(line: string): void {
  console.error(line);
}

function fail(line: string): void {
  say(line);
  process.exitCode = 2;
}
