import { expect, it } from 'vitest';
import { assertStorable } from './storable.js';

it.each(['a\0b', { a: [{ b: '\0' }] }, { 'a\0': 1 }, ['\0']])('refuses U+0000 in %j', (value) => {
  expect(() => assertStorable(value)).toThrow(expect.objectContaining({ code: 'text.holds_nul' }));
});

it.each(['', String.raw`\u0000`, null, undefined, 0, { a: [null, 'b'] }])('takes %j', (value) => {
  expect(() => assertStorable(value)).not.toThrow();
});
