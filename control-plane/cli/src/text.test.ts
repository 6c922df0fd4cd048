import { expect, it } from 'vitest';
import { changeLines, remaining } from './text.js';

const change = (mapping: string | null) => ({
  kind: 'sync',
  name: 'people',
  action: 'update',
  difference: ['- a', '+ b'],
  mapping,
  baselineRows: 700,
});

it('says below the difference what a new mapping does to unchanged rows', () => {
  const lines = changeLines([change('backfill')]);
  expect(lines.slice(3)).toEqual([
    '    Mapping changed: the next run sends unchanged rows again (up to 700).',
    expect.stringContaining('--from-now-on'),
  ]);
  expect(changeLines([change(null)])).toHaveLength(3);
});

it.each([
  [1, '1 s'],
  [3_200, '4 s'],
  [99_000, '99 s'],
  [99_001, '2 min'],
  [5_400_000, '90 min'],
  [9_000_000, '2.5 h'],
])('says of %d ms that %s are left', (ms, text) => {
  expect(remaining(ms)).toBe(text);
});
