import { Logger } from '@nestjs/common';
import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../job/testing/manual-clock.js';
import { Scheduler } from './scheduler.js';
import type { SchedulerService } from './scheduler.service.js';

beforeEach(() => Logger.overrideLogger(false));

it('looks at once and every second, also after a look that failed, until it is stopped', async () => {
  const clock = new ManualClock();
  let looks = 0;
  const service = {
    startDue: async () => {
      looks += 1;
      if (looks === 2) throw new Error('the database is away');
    },
  } as unknown as SchedulerService;
  const scheduler = new Scheduler(service, clock);
  scheduler.onApplicationBootstrap();
  await clock.sleeping();
  expect(looks).toBe(1);
  clock.pass(999);
  await clock.sleeping();
  expect(looks).toBe(1);
  clock.pass(1);
  await clock.sleeping();
  clock.pass(1_000);
  await clock.sleeping();
  expect(looks).toBe(3);
  await scheduler.onApplicationShutdown();
  expect(clock.sleepers).toBe(0);
});

it('looks when the next slot comes, at most ten times a second', async () => {
  const clock = new ManualClock();
  const rests = [300, 5, 5_000, undefined];
  let looks = 0;
  const service = {
    startDue: async () => {
      looks += 1;
      return rests.shift();
    },
  } as unknown as SchedulerService;
  const scheduler = new Scheduler(service, clock);
  scheduler.onApplicationBootstrap();
  for (const [look, restMs] of [300, 100, 1_000, 1_000].entries()) {
    await clock.sleeping();
    clock.pass(restMs - 1);
    await clock.sleeping();
    expect(looks).toBe(look + 1);
    clock.pass(1);
  }
  await clock.sleeping();
  expect(looks).toBe(5);
  await scheduler.onApplicationShutdown();
});
