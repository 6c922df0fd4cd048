import { expect, it } from 'vitest';
import { nullText } from './null-text.js';

it.each([
  ['column', 'send', 'sent as NULL'],
  ['template', 'omit', 'field is left out'],
  ['column', 'skip-row', 'row is skipped'],
  ['column', 'default', 'sent as its default value'],
  ['constant', 'send', '–'],
  ['metadata', 'send', '–'],
  // What a newer control plane says is shown as it is.
  ['column', 'ask', 'ask'],
])('a NULL in a %s with "nulls: %s" is told as: %s', (kind, nulls, text) => {
  expect(nullText({ kind, nulls })).toBe(text);
});
