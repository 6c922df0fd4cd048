import { expect, it } from 'vitest';
import type { Clock } from '../clock.js';
import { HeldLease } from './lease.js';

/** A clock that stands until it is moved, and wakes whoever slept long enough. */
class HandClock implements Clock {
  private at = 0;
  private sleepers: { until: number; wake: () => void }[] = [];

  now = (): number => this.at;
  monotonicMs = (): number => this.at;

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.sleepers.push({ until: this.at + ms, wake: resolve });
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  }

  /** Moves the hands, then lets everybody who was woken act. */
  async move(ms: number): Promise<void> {
    this.at += ms;
    for (const { until, wake } of this.sleepers) if (until <= this.at) wake();
    this.sleepers = this.sleepers.filter(({ until }) => until > this.at);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  }

  /** Moves the hands and lets nobody act, as when the whole process stood still. */
  jump(ms: number): void {
    this.at += ms;
  }
}

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
  await clock.move(99);
  lease.assertTrusted();
  await clock.move(1);
  expect(lease.signal.reason).toEqual(isLost);
});

it('lasts as long as it is renewed', async () => {
  const clock = new HandClock();
  const lease = new HeldLease(key, clock);
  for (let n = 0; n < 10; n += 1) {
    lease.renew(n * 50 + 100);
    await clock.move(50);
  }
  lease.assertTrusted();
  expect(lease.isLost).toBe(false);
});

it('is not shortened by an answer that comes late', async () => {
  const clock = new HandClock();
  const lease = new HeldLease(key, clock);
  lease.renew(200);
  lease.renew(100);
  await clock.move(150);
  lease.assertTrusted();
});

it('is lost when the process stood still past its window, whatever comes first afterwards', () => {
  const clock = new HandClock();
  const lease = new HeldLease(key, clock);
  lease.renew(100);
  clock.jump(150);
  expect(() => lease.assertTrusted()).toThrow(isLost);
  lease.renew(1_000);
  expect(() => lease.assertTrusted()).toThrow(isLost);
});

it('does not come back when its renewal is heard after its window', () => {
  const clock = new HandClock();
  const lease = new HeldLease(key, clock);
  lease.renew(100);
  clock.jump(150);
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
