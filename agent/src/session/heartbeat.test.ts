import { create, HeartbeatAnswerSchema, Standing } from '@drawbridge/proto';
import { beforeEach, expect, it } from 'vitest';
import { HandClock, settled } from '../testing/hand-clock.js';
import type { AgentFrameInit } from './connection.js';
import type { Desk } from './desk.js';
import { Heartbeat } from './heartbeat.js';
import { HeldLease } from './lease.js';
import type { LeaseKey } from './lease.js';

const pace = { heartbeatMs: 1_000, leaseMs: 10_000 };
/** A tenth of the lease is not trusted. */
const trustedMs = 9_000;

const lost = expect.objectContaining({ kind: 'CANCELLED', code: 'lease.lost' }) as Error;

let clock: HandClock;
let lease: HeldLease;
let said: NonNullable<AgentFrameInit['body']>[];
let cancelled: LeaseKey[];
let heartbeat: Heartbeat;
let stop: AbortController;
let beating: Promise<unknown>;

beforeEach(async () => {
  clock = new HandClock();
  lease = new HeldLease({ jobId: 'job', epoch: 3n }, clock);
  said = [];
  cancelled = [];
  stop = new AbortController();
  const desk: Desk = {
    offered: () => undefined,
    cancelled: (key) => cancelled.push(key),
    freeSlots: () => 2,
    leases: () => [lease],
  };
  heartbeat = new Heartbeat(pace, desk, clock, (body) => said.push(body));
  beating = heartbeat.run(stop.signal).catch((error: unknown) => error);
  await settled();
});

const answer = (number: bigint, standing: Standing, epoch = 3n): void =>
  heartbeat.answered(
    create(HeartbeatAnswerSchema, {
      number,
      leases: [{ lease: { jobId: 'job', epoch }, standing }],
    }),
  );

it('says room and leases at once, and again at its pace', async () => {
  expect(said).toEqual([
    {
      case: 'heartbeat',
      value: { number: 1n, freeSlots: 2, leases: [{ jobId: 'job', epoch: 3n }] },
    },
  ]);
  answer(1n, Standing.CURRENT);
  await clock.pass(1_000);
  expect(said).toHaveLength(2);
});

it('goes out at once when something changed', async () => {
  answer(1n, Standing.CURRENT);
  heartbeat.hurry();
  await settled();
  expect(said).toHaveLength(2);
});

it('counts the lease from when the heartbeat was sent, however late the answer comes', async () => {
  await clock.pass(900);
  answer(1n, Standing.CURRENT);
  await clock.pass(50);
  lease.assertTrusted();
  clock.freeze(trustedMs - 950 - 1);
  lease.assertTrusted();
  clock.freeze(1);
  expect(() => lease.assertTrusted()).toThrow(lost);
});

it('takes no answer to a heartbeat that it never sent', () => {
  answer(7n, Standing.CURRENT);
  expect(() => lease.assertTrusted()).toThrow(lost);
});

it('takes no second answer to the same heartbeat', () => {
  answer(1n, Standing.CURRENT);
  answer(1n, Standing.NOT_CURRENT);
  expect(lease.isLost).toBe(false);
});

it('renews a lease that is to be cancelled, and passes the wish on', () => {
  answer(1n, Standing.CANCEL);
  lease.assertTrusted();
  expect(cancelled).toMatchObject([{ jobId: 'job', epoch: 3n }]);
});

it('takes away at once what is somebody else’s', () => {
  answer(1n, Standing.NOT_CURRENT);
  expect(lease.isLost).toBe(true);
});

it('leaves a lease alone when another epoch of its job is not current', () => {
  answer(1n, Standing.NOT_CURRENT, 2n);
  expect(lease.isLost).toBe(false);
});

it('gives up a line on which nothing was answered for three heartbeats', async () => {
  await clock.pass(3_000);
  await expect(beating).resolves.toMatchObject({ kind: 'TRANSIENT', code: 'session.silent' });
});

it('ends when it is told to, and leaves no timer', async () => {
  stop.abort();
  await expect(beating).resolves.toBeUndefined();
  expect(clock.sleeping).toBe(0);
});
