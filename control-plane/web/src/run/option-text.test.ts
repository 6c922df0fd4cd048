import { expect, it } from 'vitest';
import { optionText } from './option-text.js';

const ordinary = {
  full: false,
  rebaseline: false,
  verify: false,
  canary: null,
  onlyRejected: false,
  acceptTypes: false,
  mappingChange: null,
};

it('says what a run was asked to do differently, and nothing of an ordinary one', () => {
  expect(optionText(ordinary)).toBe('');
  expect(optionText({ ...ordinary, canary: 1, onlyRejected: true })).toBe(
    'at most 1 operation, only rows that were rejected',
  );
  expect(optionText({ ...ordinary, mappingChange: 'from-now-on' })).toBe(
    'a changed mapping from now on',
  );
  const all = { full: true, rebaseline: true, verify: true, acceptTypes: true };
  expect(optionText({ ...ordinary, ...all, mappingChange: 'backfill' }).split(', ')).toHaveLength(
    6,
  );
});
