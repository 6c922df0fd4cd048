import { open } from 'node:fs/promises';

/** A stretch of a plan part, as lines. */
export interface Stretch {
  from: number;
  to: number;
  lines: Uint8Array;
  /** Lets the lines' memory be used again: nobody reads them any more. */
  release?: () => void;
}

/** Cuts a file of lines into stretches of at most so many rows and bytes; a longer single row comes alone. */
export async function* stretchesOf(path: string, limits: Limits): AsyncGenerator<Stretch> {
  const file = await open(path);
  try {
    let ord = 0;
    let rest: Buffer = Buffer.alloc(0);
    for (let isLast = false; !isLast;) {
      const read = Buffer.allocUnsafe(Math.max(1 << 16, limits.maxBytes));
      const { bytesRead } = await file.read(read, 0, read.length);
      isLast = bytesRead === 0;
      const lines = Buffer.concat([rest, read.subarray(0, bytesRead)]);
      let at = 0;
      for (
        let cut = cutOff(lines, at, limits, isLast);
        cut;
        cut = cutOff(lines, at, limits, isLast)
      ) {
        yield { from: ord, to: ord + cut.rows, lines: lines.subarray(at, cut.end) };
        ord += cut.rows;
        at = cut.end;
      }
      rest = lines.subarray(at);
    }
  } finally {
    await file.close();
  }
}

interface Limits {
  maxRows: number;
  maxBytes: number;
}

/** The next stretch of the lines; undefined when more of them may belong to it. */
function cutOff(
  lines: Buffer,
  from: number,
  limits: Limits,
  isLast: boolean,
): { end: number; rows: number } | undefined {
  const cut = reach(lines, from, limits);
  const isFull = cut.rows === limits.maxRows || lines.length - from > limits.maxBytes;
  return cut.rows > 0 && (isFull || isLast) ? cut : undefined;
}

function reach(lines: Buffer, from: number, limits: Limits): { end: number; rows: number } {
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
