import { open } from 'node:fs/promises';

/** A stretch of a plan part, as lines. */
export interface Stretch {
  from: number;
  to: number;
  lines: Uint8Array;
  /** Lets the lines' memory be used again: nobody reads them any more. */
  release?: () => void;
}

export interface StretchLimits {
  maxRows: number;
  maxBytes: number;
}

/** Hands stretches out one by one, to many who ask; only who finds none waits, for a page that is read once for all. */
export class Stretches {
  private page: readonly Stretch[] = [];
  private at = 0;
  private isOver = false;
  private reading: Promise<void> | undefined;

  constructor(private readonly pages: AsyncGenerator<Stretch[]>) {}

  /** Undefined after the last one. */
  next(): Stretch | undefined | Promise<Stretch | undefined> {
    const stretch = this.page[this.at];
    if (stretch) {
      this.at += 1;
      return stretch;
    }
    if (this.isOver) return undefined;
    this.reading ??= this.read();
    return this.reading.then(() => this.next());
  }

  async close(): Promise<void> {
    this.isOver = true;
    await this.pages.return(undefined);
  }

  private async read(): Promise<void> {
    try {
      const { value, done } = await this.pages.next();
      this.page = done ? [] : value;
      this.at = 0;
      if (done) this.isOver = true;
    } finally {
      this.reading = undefined;
    }
  }
}

/** Cuts a file of lines into stretches of at most so many rows and bytes; a longer single row comes alone. */
export async function* stretchesOf(path: string, limits: StretchLimits): AsyncGenerator<Stretch[]> {
  const file = await open(path);
  try {
    let ord = 0;
    let rest: Buffer = Buffer.alloc(0);
    for (let isLast = false; !isLast;) {
      const lines = Buffer.allocUnsafe(rest.length + Math.max(1 << 16, limits.maxBytes));
      rest.copy(lines);
      const { bytesRead } = await file.read(lines, rest.length);
      isLast = bytesRead === 0;
      const page = cutUp(lines.subarray(0, rest.length + bytesRead), { ord, limits, isLast });
      rest = page.rest;
      ord = page.ord;
      if (page.stretches.length > 0) yield page.stretches;
    }
  } finally {
    await file.close();
  }
}

/** The full stretches of some lines, and what is left of the lines; nothing if they are the last. */
export function cutUp(
  lines: Buffer,
  { ord, limits, isLast }: { ord: number; limits: StretchLimits; isLast: boolean },
): { stretches: Stretch[]; rest: Buffer; ord: number } {
  const stretches: Stretch[] = [];
  let at = 0;
  let from = ord;
  for (let cut = cutOff(lines, at, limits, isLast); cut; cut = cutOff(lines, at, limits, isLast)) {
    stretches.push({ from, to: from + cut.rows, lines: lines.subarray(at, cut.end) });
    from += cut.rows;
    at = cut.end;
  }
  return { stretches, rest: lines.subarray(at), ord: from };
}

/** The next stretch of the lines; undefined when more of them may belong to it. */
function cutOff(
  lines: Buffer,
  from: number,
  limits: StretchLimits,
  isLast: boolean,
): { end: number; rows: number } | undefined {
  const cut = reach(lines, from, limits);
  const isFull = cut.rows === limits.maxRows || lines.length - from > limits.maxBytes;
  return cut.rows > 0 && (isFull || isLast) ? cut : undefined;
}

function reach(lines: Buffer, from: number, limits: StretchLimits): { end: number; rows: number } {
  let end = from;
  let rows = 0;
  while (rows < limits.maxRows) {
    const next = lines.indexOf(10, end) + 1;
    if (next === 0 || (rows > 0 && next - from > limits.maxBytes)) break;
    end = next;
    rows += 1;
  }
  return { end, rows };
}
