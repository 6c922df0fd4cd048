import { expect, test } from 'vitest';
import { idOf, parseId } from './id.js';

test('the check characters are those of public examples', () => {
  // Both are in Salesforce's own guide to sObject Collections.
  expect(parseId('001RM000003oLrHYAU')).toEqual({ prefix: '001', n: -1 });
  expect(parseId('001RM000003oLraYAE')).toEqual({ prefix: '001', n: -1 });
  expect(parseId('001RM000003oLraYAU')).toBeUndefined();
});

test('an id leads back to its record, long and short', () => {
  for (const n of [1, 61, 62, 123_456, 987_654_321]) {
    const id = idOf('003', n);
    expect(id).toMatch(/^003[0-9A-Za-z]{15}$/);
    expect(parseId(id)).toEqual({ prefix: '003', n });
    expect(parseId(id.slice(0, 15))).toEqual({ prefix: '003', n });
  }
});

test.each(['', '003', '0035g00000000001', '003-5g0000000000AA', 'a'.repeat(19)])(
  '"%s" is no id',
  (text) => expect(parseId(text)).toBeUndefined(),
);
