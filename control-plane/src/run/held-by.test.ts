import { expect, it } from 'vitest';
import { heldBy } from './held-by.js';
import { noCounts } from './run-report.js';

const approve = { rows: 10, percent: 10, action: 'approve' } as const;
const counts = { ...noCounts, added: 500, removed: 20 };

it('names the guards that ask, by rows and by share of the baseline', () => {
  const guards = { added: approve, removed: approve, emptyResult: 'stop' } as const;
  expect(heldBy(guards, counts, 100)).toEqual(['added', 'removed']);
  expect(heldBy(guards, counts, 1_000)).toEqual(['added']);
  expect(heldBy(guards, { ...counts, added: 10 }, 1)).toEqual(['removed']);
});

it('leaves out guards that withhold or stop, and kinds that none judges', () => {
  const guards = {
    added: { ...approve, action: 'stop' },
    removed: { ...approve, action: 'withhold' },
    emptyResult: 'stop',
  } as const;
  expect(heldBy(guards, { ...counts, changed: 1_000 }, 100)).toEqual([]);
});

it('names a guard over a baseline of unknown size, and over an empty one if it goes by rows alone', () => {
  const guards = { added: approve, emptyResult: 'stop' } as const;
  expect(heldBy(guards, counts, undefined)).toEqual(['added']);
  expect(heldBy(guards, counts, 0)).toEqual([]);
  expect(heldBy({ ...guards, added: { ...approve, percent: 0 } }, counts, 0)).toEqual(['added']);
});
