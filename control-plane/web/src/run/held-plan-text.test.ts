import { expect, it } from 'vitest';
import { changesText, guardText } from './held-plan-text.js';

const plan = (counts: object, heldBy: string[] = []) => ({
  counts: { added: 0, changed: 0, removed: 0, ...counts },
  heldBy,
});

it.each([
  [[], 'A guard holds this plan.'],
  [['removed'], 'The guard on removed rows holds this plan.'],
  [['added', 'removed'], 'The guards on added and removed rows hold this plan.'],
])('names the guards that hold a plan: %j', (heldBy, text) => {
  expect(guardText(plan({}, heldBy))).toBe(text);
});

it('says what an approval lets go, removals first', () => {
  expect(changesText(plan({ removed: 12_034, added: 3 }), 'en')).toBe(
    '12,034 rows will be removed, 3 added',
  );
  expect(changesText(plan({ changed: 1 }), 'en')).toBe('1 row will be changed');
  expect(changesText(plan({}), 'en')).toBe('No row will be changed');
});
