import { beforeEach, expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { HandClock } from '../testing/hand-clock.js';
import { Readiness } from './readiness.js';

let clock: HandClock;
let state: { isWelcomed: boolean; isLeaving: boolean; trouble: unknown };
let looks: number;
let readiness: Readiness;

beforeEach(() => {
  clock = new HandClock();
  state = { isWelcomed: true, isLeaving: false, trouble: undefined };
  looks = 0;
  readiness = new Readiness({
    wasWelcomed: () => state.isWelcomed,
    isLeaving: () => state.isLeaving,
    tryBucket: async () => {
      looks += 1;
      if (state.trouble) throw state.trouble;
    },
    clock,
  });
});

/** Asks, and again when the bucket has answered. */
async function why(): Promise<string | undefined> {
  readiness.why();
  await new Promise(setImmediate);
  return readiness.why();
}

it('is ready once the bucket has taken something, not before', async () => {
  expect(readiness.why()).toBe('bucket: not looked at yet');
  expect(await why()).toBeUndefined();
});

it('says what is missing', async () => {
  state.isWelcomed = false;
  expect(await why()).toBe('not enrolled and welcomed yet');
  state.isWelcomed = true;
  expect(await why()).toBeUndefined();
  state.isLeaving = true;
  expect(await why()).toBe('leaving');
});

it('looks at the bucket once a minute, and sooner after a failure, of which it tells the code', async () => {
  state.trouble = new Failure('CONFIG', 'store.denied', 'canary', { detail: 'canary' });
  expect(await why()).toBe('bucket: store.denied');
  state.trouble = undefined;
  expect(await why()).toBe('bucket: store.denied');
  await clock.pass(10_000);
  expect(await why()).toBeUndefined();
  state.trouble = new Error('canary');
  await clock.pass(59_999);
  expect(await why()).toBeUndefined();
  await clock.pass(1);
  expect(await why()).toBe('bucket: internal.unexpected');
  expect(looks).toBe(3);
});
