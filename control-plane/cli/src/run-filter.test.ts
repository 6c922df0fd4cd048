import { expect, it } from 'vitest';
import { runFilterOf } from './run-filter.js';

it('asks for what is said and for nothing else', () => {
  expect(runFilterOf({ limit: '20' })).toEqual({});
  expect(
    runFilterOf({ state: 'failed,parked', since: '2026-11-25T06:00Z', pool: 'default' }),
  ).toEqual({
    states: ['failed', 'parked'],
    from: '2026-11-25T06:00:00.000Z',
    pool: 'default',
  });
});

it('refuses a time that is none', () => {
  expect(() => runFilterOf({ until: 'later' })).toThrow('--until is a time');
});
