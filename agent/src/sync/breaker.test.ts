import { describe, expect, it } from 'vitest';
import type { Outcome } from '../connector/destination.js';
import { Failure } from '../failure.js';
import { Breaker } from './breaker.js';

const refusal = new Failure('REJECTED', 'destination.rejected', 'No.');
const storm = new Failure('TRANSIENT', 'destination.unreachable', 'Try later.', { detail: 'far' });
const rejected: Outcome = { kind: 'rejected', failure: refusal };
const accepted: Outcome = { kind: 'accepted' };
const many = (count: number, outcome: Outcome): Outcome[] =>
  Array.from({ length: count }, () => outcome);

describe('the circuit breaker opens', () => {
  it('when the first 1,000 rows are all rejected', () => {
    const breaker = new Breaker();
    breaker.answeredBy(many(999, rejected));
    expect(() => breaker.answeredBy([rejected])).toThrow('refuses every row');
  });

  it('when the first 20 batches are, if they are more than a handful of rows', () => {
    const send = (rows: number) => {
      const breaker = new Breaker();
      for (let n = 0; n < 20; n += 1) {
        breaker.answeredBy(many(rows, rejected));
        breaker.batchEnded();
      }
    };
    expect(() => send(5)).toThrow('refuses every row');
    expect(() => send(4)).not.toThrow();
  });

  it('when more than 95 % of the last 5,000 rows are, whatever came before', () => {
    const breaker = new Breaker();
    for (let n = 0; n < 100; n += 1) breaker.answeredBy(many(1_000, accepted));
    const hundred = [...many(4, accepted), ...many(96, rejected)];
    for (let n = 0; n < 49; n += 1) breaker.answeredBy(hundred);
    expect(() => breaker.answeredBy(hundred)).toThrow('nearly every row');
  });

  it('when looking for bad rows has become dear, and they are many', () => {
    const search = (bad: number, good: number) => {
      const breaker = new Breaker();
      for (let n = 0; n < 2_001; n += 1) {
        breaker.splitBatch();
        breaker.answeredBy([...many(bad, rejected), ...many(good, accepted)]);
      }
    };
    expect(() => search(1, 2)).toThrow('nearly every row');
    expect(() => search(1, 20)).not.toThrow();
  });

  it('when nothing is heard of ten batches in a row', () => {
    const breaker = new Breaker();
    for (let n = 0; n < 9; n += 1) breaker.heardNothing(storm);
    breaker.answeredBy([accepted]);
    for (let n = 0; n < 9; n += 1) breaker.heardNothing(storm);
    expect(() => breaker.heardNothing(storm)).toThrow('again and again');
  });

  it('when nearly every request fails, and tells what the far side said', () => {
    const breaker = new Breaker();
    for (let n = 0; n < 10; n += 1) breaker.requestEnded();
    for (let n = 0; n < 90; n += 1) breaker.requestEnded(storm);
    expect(() => breaker.requestEnded(storm)).toThrow(
      expect.objectContaining({ kind: 'TRANSIENT', code: 'delivery.gave_up', detail: 'far' }),
    );
  });
});

describe('rows that were refused before', () => {
  it('are no news, however many; those that come on top are', () => {
    const breaker = new Breaker(10_000);
    for (let n = 0; n < 10; n += 1) breaker.answeredBy(many(1_000, rejected));
    breaker.answeredBy(many(3, accepted));
    expect(() => breaker.answeredBy(many(4_000, rejected))).not.toThrow();
    expect(() => breaker.answeredBy(many(1_000, rejected))).toThrow('nearly every row');
  });

  it('do not make up for a destination that refuses all others', () => {
    const breaker = new Breaker(500);
    breaker.answeredBy(many(1_499, rejected));
    expect(() => breaker.answeredBy([rejected])).toThrow('refuses every row');
  });
});

describe('the circuit breaker stays closed', () => {
  it('while a few rows are taken', () => {
    const breaker = new Breaker();
    const send = (): void => {
      breaker.answeredBy([...many(9, rejected), accepted]);
      breaker.batchEnded();
    };
    for (let n = 0; n < 1_000; n += 1) expect(send).not.toThrow();
  });

  it('while every second request succeeds at last', () => {
    const breaker = new Breaker();
    const end = (failure?: Failure) => () => breaker.requestEnded(failure);
    for (let n = 0; n < 500; n += 1) {
      expect(end(storm)).not.toThrow();
      expect(end()).not.toThrow();
    }
  });
});
