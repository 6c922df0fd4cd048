import { Logger } from '@nestjs/common';
import { expect, inject, test } from 'vitest';
import { openArena } from './arena.js';
import { stirUp } from './chaos.js';
import type { FaultName } from './faults.js';

/** What takes longest is left to the script: npm run test:chaos. */
const faults: FaultName[] = [
  'kill -9',
  'restart Postgres',
  'swallow notices',
  'stop past its leases',
];

test('whatever goes wrong, each run ends once and nothing that was acknowledged is lost', async () => {
  Logger.overrideLogger(false);
  await using open = new AsyncDisposableStack();
  const size = { replicas: 2, agents: 3, syncs: 20, heartbeatMs: 200, leaseMs: 600 };
  const arena = await openArena(size, open, inject('postgresUrl'));
  const plan = { runs: 20, rounds: 1, faults, atOnce: 2, paceMs: 500 };
  const tell = (): void => undefined;
  const outcome = await stirUp(arena, { ...plan, random: Math.random, tell });
  expect(outcome.broken).toEqual([]);
  expect(outcome.runs).toBeGreaterThanOrEqual(20);
  expect(Object.keys(outcome.faults).toSorted()).toEqual(faults.toSorted());
});
