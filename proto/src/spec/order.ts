/**
 * The order of canonical lists: by the bytes of the names in UTF-8, so that every language agrees and
 * no locale has a say.
 */
export function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function sortedBy<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return items.toSorted((a, b) => compareNames(nameOf(a), nameOf(b)));
}
