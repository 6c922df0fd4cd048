import { open } from 'node:fs/promises';

/** A stretch of a plan part, as lines. */
export interface Stretch {
  from: number;
  to: number;
  lines: Uint8Array;
}

/** Cuts a file of lines into stretches of at most so many rows and bytes; a longer single row comes alone. */
export async function* stretchesOf(
  path: string,
  limits: { maxRows: number; maxBytes: number },
): AsyncGenerator<Stretch> {
  const file = await open(path);
  try {
    let ord = 0;
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const read = Buffer.allocUnsafe(Math.max(1 << 16, limits.maxBytes));
      const { bytesRead } = await file.read(read, 0, read.length);
      const lines = Buffer.concat([rest, read.subarray(0, bytesRead)]);
      const isLast = bytesRead === 0;
      let at = 0;
      for (;;) {
        const { end, rows } = reach(lines, at, limits);
        const isFull = rows === limits.maxRows || lines.length - at > limits.maxBytes;
        if (rows === 0 || (!isFull && !isLast)) break;
        yield { from: ord, to: ord + rows, lines: lines.subarray(at, end) };
        ord += rows;
        at = end;
      }
      rest = lines.subarray(at);
      if (isLast) return;
    }
  } finally {
    await file.close();
  }
}

function reach(
  lines: Buffer,
  from: number,
  limits: { maxRows: number; maxBytes: number },
): { end: number; rows: number } {
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
