import { expect, test } from 'vitest';
import { Clock } from './clock.js';
import { WakeUp } from './wake-up.js';

const clock = new Clock();
const long = 60_000;

test('a call ends the sleep', async () => {
  const wakeUp = new WakeUp();
  const sleep = wakeUp.sleep(clock, long, new AbortController().signal);
  wakeUp.call();
  await expect(sleep).resolves.toBeUndefined();
});

test('a call that nobody heard ends the next sleep, and only that', async () => {
  const wakeUp = new WakeUp();
  wakeUp.call();
  await wakeUp.sleep(clock, long, new AbortController().signal);
  const asleep = Symbol('asleep');
  const stop = new AbortController();
  const sleep = wakeUp.sleep(clock, long, stop.signal);
  await expect(Promise.race([sleep, Promise.resolve(asleep)])).resolves.toBe(asleep);
  stop.abort();
  await sleep;
});

test('the signal ends the sleep', async () => {
  const stop = new AbortController();
  const sleep = new WakeUp().sleep(clock, long, stop.signal);
  stop.abort();
  await expect(sleep).resolves.toBeUndefined();
});
