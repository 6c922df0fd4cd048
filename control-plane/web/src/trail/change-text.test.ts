import { expect, it } from 'vitest';
import { changeText } from './change-text.js';

it.each([
  ['', {}],
  ['paused: false → true', { before: '{"paused":false}', after: '{"paused":true}' }],
  ['role: viewer', { before: null, after: '{"role":"viewer"}' }],
  ['name: old', { before: '{"name":"old"}', after: null }],
  ['b: 1 → null', { before: '{"a":[1],"b":1}', after: '{"a":[1],"b":null}' }],
  [
    '- mode: upsert\n+ mode: mirror\n+ key:',
    { before: '{"lines":["- mode: upsert"]}', after: '{"lines":["+ mode: mirror","+ key:"]}' },
  ],
])('says "%s"', (text, entry) => {
  expect(changeText(entry)).toBe(text);
});
