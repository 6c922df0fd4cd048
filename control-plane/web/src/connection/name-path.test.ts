import { expect, it } from 'vitest';
import { joined, namePathOf } from './name-path.js';

it.each([
  ['', [], ''],
  ['ma', [], 'ma'],
  ['marts.', ['marts'], ''],
  ['marts.cus', ['marts'], 'cus'],
  ['"Odd.One"."a.b', ['"Odd.One"'], '"a.b'],
  ['db.s.t', ['db', 's'], 't'],
])('%s', (text, outer, last) => {
  expect(namePathOf(text)).toEqual({ outer, last });
  expect(joined(outer, last)).toBe(text);
});
