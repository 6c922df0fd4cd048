import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { eachPointOnce, neverPassed } from '../testing/crash/plan.js';
import { scenarios } from '../testing/crash/scenario.js';
import type { Scenario } from '../testing/crash/scenario.js';
import { watch } from '../testing/crash/trial.js';
import type { Watched } from '../testing/crash/trial.js';
import { tryAll } from '../testing/crash/trials.js';
import { openWorld } from '../testing/crash/world.js';
import type { World } from '../testing/crash/world.js';

// The short form of `npm run test:crash`: each point once, in the first scenario that comes to it.

const seed = 20_261;
const worlds: World[] = [];
const seen = new Map<Scenario, Watched>();

beforeAll(async () => {
  for (let n = 0; n < Math.min(3, availableParallelism()); n += 1)
    worlds.push(await openWorld(inject('postgresUrl')));
  for (const scenario of scenarios)
    if (neverPassed(seen).length > 0) seen.set(scenario, await watch(worlds[0]!, scenario));
}, 300_000);
afterAll(async () => {
  for (const world of worlds) await world.close();
});

it('comes to every point of a run', () => {
  expect(neverPassed(seen)).toEqual([]);
});

it('converges after a crash at each of them (invariants 1, 2, 3, 5, 8, 9)', async () => {
  const tried = await tryAll(worlds, eachPointOnce(seen, seed), { seen, say: () => undefined });
  expect(tried).toMatchObject({ notRun: [], violations: [] });
}, 600_000);
