import { expect, it } from 'vitest';
import { compareSearchOf } from './compare-search.js';

it('reads two versions from an address, whatever stands there', () => {
  expect(compareSearchOf({ from: 3, to: '5' })).toEqual({ from: 3, to: 5 });
  expect(compareSearchOf({})).toEqual({ from: 0, to: undefined });
  for (const other of [-1, 1.5, '', 'x', '1e3', true, null, 10_000_000_000])
    expect(compareSearchOf({ from: other, to: other })).toEqual({ from: 0, to: undefined });
});
