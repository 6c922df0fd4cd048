import { readFile, readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';

const here = new URL('./', import.meta.url);

it('has the rooms that the README lists', async () => {
  const readme = await readFile(new URL('../../README.md', here), 'utf8');
  const [, listed = ''] = /each room standing on those before it: `([^`]+)`/.exec(readme) ?? [];
  const folders = (await readdir(here, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !['testing', 'generated'].includes(entry.name))
    .map(({ name }) => name);
  expect(listed.split(' ').toSorted()).toEqual(folders.toSorted());
});
