/** A Relay connection, as far as a list needs it. */
export interface Connection<Node> {
  edges: readonly { node: Node }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Asks for the page after a place; undefined when no answer came. */
export type LoadPage<Node> = (after: string) => Promise<Connection<Node> | undefined>;

/** At most so many pages after the first one, each from where the one before it ends. */
export async function pagesAfter<Node>(
  first: Connection<Node>,
  wanted: number,
  load: LoadPage<Node>,
): Promise<Connection<Node>[] | undefined> {
  const pages: Connection<Node>[] = [];
  for (let last = first; pages.length < wanted && last.pageInfo.hasNextPage;) {
    const next = await load(last.pageInfo.endCursor ?? '');
    if (!next) return undefined;
    pages.push(next);
    last = next;
  }
  return pages;
}

/** All that the pages hold, each thing once: what is new at the top moves the others to later pages. */
export function listOf<Node extends { id: string }>(pages: readonly Connection<Node>[]): Node[] {
  const byId = new Map<string, Node>();
  for (const { node } of pages.flatMap(({ edges }) => edges))
    if (!byId.has(node.id)) byId.set(node.id, node);
  return [...byId.values()];
}
