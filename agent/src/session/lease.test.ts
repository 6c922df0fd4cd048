import { expect, it } from 'vitest';
import { HandClock } from '../testing/hand-clock.js';
import { HeldLease } from './lease.js';

const key = { jobId: 'job', epoch: 3n };
const isLost = expect.objectContaining({ kind: 'CANCELLED', code: 'lease.lost' });

it('is not trusted before it was proved', () => {
  const lease = new HeldLease(key, new HandClock());
  expect(() => lease.assertTrusted()).toThrow(isLost);
});

it('is trusted until its window passes, and then tells whoever works under it', async () => {
  const clock = new HandClock();
  const lease = new HeldLease(key, clock);
  lease.renew(100);
  await clock.pass(99);
  lease.assertTrusted();
  await clock.pass(1);
  expect(lease.signal.reason).toEqual(isLost);
});

it('lasts as long as it is renewed', async () => {
  const clock = new HandClock();
  const lease = new HeldLease(key, clock);
  for (let n = 0; n < 10; n += 1) {
    lease.renew(n * 50 + 100);
    await clock.pass(50);
  }
  lease.assertTrusted();
  expect(lease.isLost).toBe(false);
});

it('is not shortened by an answer that comes late', async () => {
  const clock = new HandClock();
  const lease = new HeldLease(key, clock);
  lease.renew(200);
  lease.renew(100);
  await clock.pass(150);
  expect(() => lease.assertTrusted()).not.toThrow();
});

it('is lost when the process stood still past its window, whatever comes first afterwards', () => {
  const clock = new HandClock();
  const lease = new HeldLease(key, clock);
  lease.renew(100);
  clock.freeze(150);
  expect(() => lease.assertTrusted()).toThrow(isLost);
  lease.renew(1_000);
  expect(() => lease.assertTrusted()).toThrow(isLost);
});

it('lets a job wait for its proof, and give up', async () => {
  const lease = new HeldLease(key, new HandClock());
  const stop = new AbortController();
  const waiting = lease.whenTrusted(stop.signal);
  stop.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
  lease.renew(100);
  await lease.whenTrusted(new AbortController().signal);
});
