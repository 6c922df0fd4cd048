import { expect, it } from 'vitest';
import { bytesText, countOf } from './number.js';

it.each([
  [0, '0 B'],
  [1_023, '1,023 B'],
  [1_536, '1.5 KiB'],
  [148_734_211, '142 MiB'],
  [5 * 1024 ** 5, '5,120 TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes, 'en')).toBe(text);
});

it('counts one and many', () => {
  expect(countOf(1, 'row', 'en')).toBe('1 row');
  expect(countOf(1_024, 'row', 'en')).toBe('1,024 rows');
  expect(countOf(1_024, 'row', 'de')).toBe('1.024 rows');
});
