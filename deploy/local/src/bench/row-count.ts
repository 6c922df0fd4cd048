/** `100k` is a hundred thousand, `1m` a million. */
export function rowCountOf(text: string): number {
  const match = /^(\d+)([km]?)$/.exec(text.trim());
  if (!match) throw new Error(`"${text}" is no number like 5, 100k or 10m.`);
  return Number(match[1]) * { '': 1, k: 1_000, m: 1_000_000 }[match[2] as '' | 'k' | 'm'];
}
