import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { leastRights } from './testing/least-rights.js';

it('gives its tests the very rights that the README gives', async () => {
  const text = await readFile(new URL('README.md', import.meta.url), 'utf8');
  const [, block = ''] = /```\n(ACL SETUSER[^`]*)```/.exec(text) ?? [];
  expect(block.split(/\s+/).filter((word) => word.startsWith('+'))).toEqual(
    leastRights('', '', '').filter((word) => word.startsWith('+')),
  );
});
