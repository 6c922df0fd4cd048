import { expect, it } from 'vitest';
import { runSearchOf } from './run-search.js';

it('takes from an address what can be asked of a run, and nothing else', () => {
  expect(runSearchOf({ with: 'options' })).toEqual({ with: 'options' });
  expect(runSearchOf({ with: 'full', token: 'x' })).toEqual({ with: 'full' });
  expect(runSearchOf({})).toEqual({});
  for (const other of ['undo', 'constructor', '', true, 1, ['full']])
    expect(runSearchOf({ with: other })).toEqual({});
});
