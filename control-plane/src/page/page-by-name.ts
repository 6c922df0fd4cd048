import { cursorOf, pageOf, pageSize, placeOf, type Page, type PageRequest } from './page.js';

/** What a query of a page has to ask for. */
export interface NameRange {
  where: { name?: { gt: string } };
  orderBy: { name: 'asc' };
  take: number;
}

/** A page of what has a name of its own in its workspace, in the order of the names. */
export async function pageByName<Node extends { name: string }>(
  request: PageRequest,
  find: (range: NameRange) => Promise<Node[]>,
): Promise<Page<Node>> {
  const size = pageSize(request);
  const [after] = request.after ? placeOf(request.after, 1) : [];
  const where = after === undefined ? {} : { name: { gt: after } };
  const found = await find({ where, orderBy: { name: 'asc' }, take: size + 1 });
  return pageOf(found, size, ({ name }) => cursorOf([name]));
}
