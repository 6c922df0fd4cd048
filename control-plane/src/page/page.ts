import { AppError } from '../app-error.js';

/** What a reader asked for: the first so many after a place. */
export interface PageRequest {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** A Relay connection: items, each with the cursor that stands for its place. */
export interface Page<Node> {
  edges: { cursor: string; node: Node }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export const defaultSize = 20;
export const maxSize = 100;

/** How many items to give, where a page holds `most` of them. */
export function pageSize({ first }: PageRequest, most = maxSize): number {
  const size = first ?? defaultSize;
  if (size >= 1 && size <= most) return size;
  throw new AppError('page.bad_size', `"first" must be from 1 to ${most}.`);
}

/** Built from one item more than the page holds, which tells whether there is a next page. */
export function pageOf<Node>(
  found: readonly Node[],
  size: number,
  cursorOf: (node: Node) => string,
): Page<Node> {
  const edges = found.slice(0, size).map((node) => ({ cursor: cursorOf(node), node }));
  const endCursor = edges.at(-1)?.cursor ?? null;
  return { edges, pageInfo: { hasNextPage: found.length > size, endCursor } };
}

/** The values that an order is by, packed so that nobody takes them apart. */
export const cursorOf = (place: readonly string[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** The values in a cursor; a cursor that this server did not make is refused. */
export function placeOf(cursor: string, length: number): string[] {
  const place = parsed(Buffer.from(cursor, 'base64url').toString());
  const isPlace = Array.isArray(place) && place.length === length;
  if (isPlace && place.every((part) => typeof part === 'string')) return place;
  throw badCursor();
}

export const badCursor = (): AppError =>
  new AppError('page.bad_cursor', '"after" must be an endCursor or cursor of an earlier page.');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
