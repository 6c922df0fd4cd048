import { expect, it } from 'vitest';
import { listOf, pagesAfter, type Connection } from './page-list.js';

interface Node {
  id: string;
}

/** Pages of two over the ids, as the server gives them. */
function pageOf(ids: readonly string[], after: string | null): Connection<Node> {
  const start = after === null ? 0 : ids.indexOf(after) + 1;
  const nodes = ids.slice(start, start + 2).map((id) => ({ id }));
  const hasNextPage = start + 2 < ids.length;
  return {
    edges: nodes.map((node) => ({ node })),
    pageInfo: { hasNextPage, endCursor: nodes.at(-1)?.id ?? null },
  };
}

const ids = ['a', 'b', 'c', 'd', 'e'];
const load = async (after: string) => pageOf(ids, after);
const idsIn = (pages: Connection<Node>[]) => listOf(pages).map(({ id }) => id);

it('goes on from where the first page ends, for as many pages as are wanted', async () => {
  const first = pageOf(ids, null);
  expect(idsIn([first, ...(await pagesAfter(first, 1, load))!])).toEqual(['a', 'b', 'c', 'd']);
});

it('stops where there is nothing more', async () => {
  const first = pageOf(ids, null);
  const later = (await pagesAfter(first, 9, load))!;
  expect(later).toHaveLength(2);
  expect(idsIn([first, ...later])).toEqual(ids);
});

it('gives nothing when a page does not come, so that the former list stays', async () => {
  const fails = async () => undefined;
  expect(await pagesAfter(pageOf(ids, null), 1, fails)).toBeUndefined();
});

it('shows a thing once, in its first place, when a new one has moved it to the next page', async () => {
  const later = (await pagesAfter(pageOf(ids, null), 2, load))!;
  const first = pageOf(['new', ...ids], null);
  expect(idsIn([first, ...later])).toEqual(['new', 'a', 'c', 'd', 'e']);
  expect(idsIn([pageOf(['c', 'a'], null), ...later])).toEqual(['c', 'a', 'd', 'e']);
});
