import { expect, it } from 'vitest';
import { changeTitle, linesOf, mappingNote } from './change-words.js';

it('says what becomes of an entry', () => {
  expect(changeTitle({ action: 'remove', kind: 'sync', name: 'people' })).toBe(
    'Removes the sync people',
  );
});

it('tells lines that come from lines that go', () => {
  expect(linesOf(['-  mode: upsert', '+  mode: mirror', '+'])).toEqual([
    { kind: 'removed', text: '  mode: upsert' },
    { kind: 'added', text: '  mode: mirror' },
    { kind: 'added', text: '' },
  ]);
});

it('warns of rows that are sent again', () => {
  expect(mappingNote('backfill', 1_200)).toContain('1,200 rows');
  expect(mappingNote('backfill', null)).toMatch(/sends every row again\.$/);
  expect(mappingNote('stop', 3)).toContain('stops');
  expect(mappingNote(null, null)).toBeUndefined();
});
