import { GraphQLError } from 'graphql';

export type Page = { first?: number; after?: string };

/** A page of a list, as the server gives it. */
export function pageOf<Node extends { id: string }>(all: Node[], { first = 20, after }: Page) {
  if (first < 1 || first > 100)
    throw new GraphQLError('"first" must be from 1 to 100.', {
      extensions: { code: 'page.bad_size' },
    });
  const start = after ? all.findIndex(({ id }) => id === after) + 1 : 0;
  const nodes = all.slice(start, start + first);
  return {
    edges: nodes.map((node) => ({ cursor: node.id, node })),
    pageInfo: { hasNextPage: start + first < all.length, endCursor: nodes.at(-1)?.id ?? null },
  };
}
