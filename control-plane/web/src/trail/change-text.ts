type Said = Readonly<Record<string, unknown>>;

/** What an entry changed, key by key: `paused: false → true`; of a text, its lines. What stays as it is is left out. */
export function changeText(entry: { before?: string | null; after?: string | null }): string {
  const [before, after] = [saidIn(entry.before), saidIn(entry.after)];
  const lines = [before, after].flatMap(({ lines: some }) => (Array.isArray(some) ? some : []));
  if (lines.length > 0) return lines.join('\n');
  return Object.keys({ ...before, ...after })
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => `${key}: ${[before, after].flatMap((said) => valueIn(said, key)).join(' → ')}`)
    .join(', ');
}

/** Canonical JSON of an object; empty where there is none. */
function saidIn(text: string | null | undefined): Said {
  const value: unknown = text ? JSON.parse(text) : {};
  return typeof value === 'object' && value !== null ? (value as Said) : {};
}

const valueIn = (said: Said, key: string): string[] => {
  if (!(key in said)) return [];
  const value = said[key];
  return [typeof value === 'string' ? value : JSON.stringify(value)];
};
