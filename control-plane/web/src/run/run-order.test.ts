import { expect, it } from 'vitest';
import { laterOf } from './run-order.js';

it('takes the report that came last', () => {
  const known = { id: 'a', state: 'queued' };
  const heard = { id: 'a', state: 'running' };
  expect(laterOf(known, heard)).toBe(heard);
  expect(laterOf(undefined, heard)).toBe(heard);
});

it('does not go back from the end, when an older answer arrives late', () => {
  const known = { id: 'a', state: 'failed' };
  expect(laterOf(known, { id: 'a', state: 'running' })).toBe(known);
});

it('follows the page to another run', () => {
  const heard = { id: 'b', state: 'queued' };
  expect(laterOf({ id: 'a', state: 'succeeded' }, heard)).toBe(heard);
});
