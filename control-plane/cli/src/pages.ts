import { CliFailure } from './failure.js';

export interface Connection<Node> {
  edges: { node: Node }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface PageVariables {
  first: number;
  after: string | null;
}

/** The server gives at most so many at once. */
const pageSize = 100;

/** Page after page, until there are so many or there is none left. */
export async function firstOf<Node>(
  limit: number,
  ask: (page: PageVariables) => Promise<Connection<Node>>,
): Promise<Node[]> {
  const found: Node[] = [];
  for (let after: string | null = null; found.length < limit;) {
    const page = await ask({ first: Math.min(pageSize, limit - found.length), after });
    found.push(...page.edges.map(({ node }) => node));
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  return found;
}

/** What `--limit` says. */
export function limitOf(given: string | boolean | undefined): number {
  const limit = Number(given);
  if (Number.isInteger(limit) && limit > 0 && limit <= 10_000) return limit;
  throw new CliFailure('cli.usage', '--limit is a whole number from 1 to 10000.', 2);
}
