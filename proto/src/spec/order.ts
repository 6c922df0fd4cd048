/**
 * The order of canonical lists: by the bytes of the names in UTF-8, so that every language agrees and
 * no locale has a say.
 */
export function sortedBy<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, bytes: Buffer.from(nameOf(item)) }))
    .toSorted((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ item }) => item);
}
