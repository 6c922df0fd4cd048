/** Which two versions an address compares; without `to` it is the newest one. */
export interface CompareSearch {
  from: number;
  to?: number | undefined;
}

export const compareSearchOf = (search: Record<string, unknown>): CompareSearch => ({
  from: versionIn(search['from']) ?? 0,
  to: versionIn(search['to']),
});

/** From 0, which is what was there before the first one. Undefined for what is no version. */
export function versionIn(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
