import { Logger } from '@nestjs/common';
import { beforeEach, expect, it } from 'vitest';
import { Config } from '../config.js';
import { ManualClock } from './testing/manual-clock.js';
import type { JobService } from './job.service.js';
import { Rescuer } from './rescuer.js';

beforeEach(() => Logger.overrideLogger(false));

/** Counts looks; the given ones fail. */
function makeJobs(failing: number[] = []) {
  const looks = { count: 0 };
  const rescue = async (): Promise<void> => {
    looks.count += 1;
    if (failing.includes(looks.count)) throw new Error('the database is away');
  };
  return { looks, jobs: { rescue } as unknown as JobService };
}

it('looks at once and every five seconds, also after a look that failed', async () => {
  const clock = new ManualClock();
  const { looks, jobs } = makeJobs([2]);
  const rescuer = new Rescuer(jobs, clock, new Config());
  rescuer.onApplicationBootstrap();
  await clock.sleeping();
  expect(looks.count).toBe(1);
  clock.pass(4_999);
  await clock.sleeping();
  expect(looks.count).toBe(1);
  clock.pass(1);
  await clock.sleeping();
  expect(looks.count).toBe(2);
  clock.pass(5_000);
  await clock.sleeping();
  expect(looks.count).toBe(3);
  await rescuer.onApplicationShutdown();
  expect(clock.sleepers).toBe(0);
});
