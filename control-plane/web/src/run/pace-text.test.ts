import { expect, it } from 'vitest';
import { paceText } from './pace-text.js';

it.each([
  [{ rowsPerSecond: 2_310, remainingMs: 3_200 }, '2,310 rows/s · about 4 s left'],
  [{ rowsPerSecond: 12_000, remainingMs: null }, '12,000 rows/s'],
  [{ rowsPerSecond: null, remainingMs: 150_000 }, 'about 3 min left'],
  [{ rowsPerSecond: 1, remainingMs: 9_000_000 }, '1 rows/s · about 2.5 h left'],
  [{ rowsPerSecond: 0, remainingMs: 0 }, ''],
  [{}, ''],
])('says of %j: %s', (pace, text) => {
  expect(paceText(pace, 'en')).toBe(text);
});
