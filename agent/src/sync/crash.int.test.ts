import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import {
  coveringScenarios,
  eachPointOnce,
  neverPassed,
  watchScenarios,
} from '../testing/crash/plan.js';
import type { Seen } from '../testing/crash/plan.js';
import { tryAll } from '../testing/crash/trials.js';
import { openWorld } from '../testing/crash/world.js';
import type { World } from '../testing/crash/world.js';

// The short form of `npm run test:crash`: each point once, in the first scenario that comes to it.

const seed = 20_261;
const worlds: World[] = [];
let seen: Seen;

beforeAll(async () => {
  for (let n = 0; n < Math.min(3, availableParallelism()); n += 1)
    worlds.push(await openWorld(inject('postgresUrl')));
  seen = await watchScenarios(worlds, coveringScenarios);
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
