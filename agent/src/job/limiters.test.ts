import { ConnectionSchema, create } from '@drawbridge/proto';
import type { MessageInitShape } from '@drawbridge/proto';
import { beforeEach, expect, it } from 'vitest';
import { HandClock } from '../testing/hand-clock.js';
import { Limiters } from './limiters.js';

const defaults = { requestsPerSecond: 0, concurrency: 1 };
const never = new AbortController().signal;

let limiters: Limiters;
beforeEach(() => {
  limiters = new Limiters(new HandClock());
});

const connection = (change: MessageInitShape<typeof ConnectionSchema> = {}) =>
  create(ConnectionSchema, {
    name: 'app',
    type: 'postgres',
    settings: [{ name: 'host', value: { case: 'text', value: 'db.internal' } }],
    ...change,
  });

it('gives runs on the same connection one pace', () => {
  const first = limiters.borrow(connection(), defaults);
  const second = limiters.borrow(connection(), defaults);
  expect(second.limiter).toBe(first.limiter);
});

it.each<MessageInitShape<typeof ConnectionSchema>>([
  { name: 'other' },
  { type: 'http' },
  { settings: [{ name: 'host', value: { case: 'text', value: 'other.internal' } }] },
  { limits: { requestsPerSecond: 5, concurrency: 0 } },
])('gives another connection a pace of its own (%o)', (change) => {
  const first = limiters.borrow(connection(), defaults);
  expect(limiters.borrow(connection(change), defaults).limiter).not.toBe(first.limiter);
});

it('forgets a pace when the last run has given it back, and not before', () => {
  const first = limiters.borrow(connection(), defaults);
  const second = limiters.borrow(connection(), defaults);
  first.giveBack();
  const third = limiters.borrow(connection(), defaults);
  expect(third.limiter).toBe(second.limiter);
  second.giveBack();
  third.giveBack();
  expect(limiters.borrow(connection(), defaults).limiter).not.toBe(first.limiter);
});

it('takes the connector’s own limits where the configuration sets none', async () => {
  const own = limiters.borrow(connection(), defaults).limiter;
  const leave = await own.enter(never);
  const stop = new AbortController();
  const waiting = own.enter(stop.signal);
  stop.abort(new Error('still full'));
  await expect(waiting).rejects.toThrow('still full');
  leave();
  const set = connection({ limits: { requestsPerSecond: 0, concurrency: 2 } });
  const wider = limiters.borrow(set, defaults).limiter;
  await wider.enter(never);
  await expect(wider.enter(never)).resolves.toBeTypeOf('function');
});
