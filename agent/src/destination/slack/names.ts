// Every message says which rows it is of, by names that mean nothing to anybody else and hold no value of a row. Names that
// count upwards are kept as ranges, so that a message of many rows is no longer than one of few.

/** Names with the same beginning: `rows` are their numbers, as `0-19,25`. */
export interface Names {
  stem: string;
  rows: string;
}

export const eventType = 'drawbridge_rows';

const numbered = /^(.*?)(\d+)$/s;

export function namesOf(names: readonly string[]): Names {
  const parts = names.map((name) => numbered.exec(name));
  const stem = parts[0]?.[1] ?? '';
  if (!parts.every((part) => part?.[1] === stem))
    throw new TypeError('Names of one attempt begin alike.');
  const numbers = parts.map((part) => Number(part?.[2])).toSorted((a, b) => a - b);
  return { stem, rows: rangesOf(numbers) };
}

/** Of rows from `first` to `last`, which follow one another. */
export function namesBetween(first: string, last: string): Names {
  const [, stem = '', from = ''] = numbered.exec(first) ?? [];
  const [, , to = ''] = numbered.exec(last) ?? [];
  return { stem, rows: from === to ? from : `${from}-${to}` };
}

/** What was posted, by the names of rows. */
export class KnownNames {
  private readonly ranges = new Map<string, [from: number, to: number][]>();

  add({ stem, rows }: Names): void {
    const known = this.ranges.get(stem) ?? [];
    for (const range of rows.split(',')) {
      const [from = '', to = from] = range.split('-');
      known.push([Number(from), Number(to)]);
    }
    this.ranges.set(stem, known);
  }

  has(name: string): boolean {
    const [, stem = '', number = ''] = numbered.exec(name) ?? [];
    const n = Number(number);
    return (this.ranges.get(stem) ?? []).some(([from, to]) => n >= from && n <= to);
  }
}

/** The name of a file carries the names of its rows: a message that shares a file has no metadata. */
export function fileNameOf({ stem, rows }: Names): string {
  return `drawbridge.${stem}${rows}.csv`;
}

export function namesInFile(name: string): Names | undefined {
  const [, stem, rows] =
    /^drawbridge\.(.+\.)(\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)\.csv$/.exec(name) ?? [];
  return stem !== undefined && rows !== undefined ? { stem, rows } : undefined;
}

/** Of numbers in order. */
function rangesOf(numbers: readonly number[]): string {
  const ranges: { from: number; to: number }[] = [];
  for (const n of numbers) {
    const last = ranges.at(-1);
    if (last?.to === n - 1) last.to = n;
    else ranges.push({ from: n, to: n });
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
