/** Rows whose numbers are packed together; a whole number of bytes at any width. */
export const chunkRows = 1 << 16;

/** Rows `from` to `to` (not included) that have one number. */
export interface Run {
  from: number;
  to: number;
  value: number;
}

/**
 * A number from 0 to 255 for each row, 0 unless told. Memory: in each chunk of rows as many bits a row as tell its
 * different numbers apart, so none where all are alike, one where two take turns, and eight at most.
 */
export class PackedRows {
  private readonly chunks = new Map<number, Chunk>();

  at(row: number): number {
    return this.chunks.get(Math.floor(row / chunkRows))?.at(row % chunkRows) ?? 0;
  }

  /** With `over`, only rows that have that number get the other one. */
  fill(from: number, to: number, value: number, over?: number): void {
    for (let at = from; at < to;) {
      const n = Math.floor(at / chunkRows);
      const end = Math.min(to, (n + 1) * chunkRows);
      let chunk = this.chunks.get(n);
      if (!chunk) this.chunks.set(n, (chunk = new Chunk()));
      chunk.fill(at - n * chunkRows, end - n * chunkRows, value, over);
      at = end;
    }
  }

  /** How many rows have each number; of 0 nobody can tell. */
  counts(): number[] {
    const counts = Array.from({ length: 256 }, () => 0);
    for (const chunk of this.chunks.values()) chunk.addTo(counts);
    return counts;
  }

  /** Neighbours with one number, joined, in order. */
  *runs(from: number, to: number): Generator<Run> {
    let run: Run | undefined;
    for (let at = from; at < to;) {
      const n = Math.floor(at / chunkRows);
      const chunk = this.chunks.get(n) ?? untouched;
      const value = chunk.at(at - n * chunkRows);
      const most = Math.min(chunkRows, to - n * chunkRows);
      const next = n * chunkRows + chunk.endOf(at - n * chunkRows, most);
      if (run?.value === value) run.to = next;
      else {
        if (run) yield run;
        run = { from: at, to: next, value };
      }
      at = next;
    }
    if (run) yield run;
  }

  /** First rows of the chunks that were told anything, in order. */
  starts(): number[] {
    return [...this.chunks.keys()].toSorted((a, b) => a - b).map((n) => n * chunkRows);
  }

  /** Bytes that the numbers take. */
  get bytes(): number {
    return [...this.chunks.values()].reduce((sum, chunk) => sum + chunk.bytes, 0);
  }
}

/** Bits a row that tell so many numbers apart: 0, 1, 2, 4 or 8. */
export function widthOf(values: number): number {
  return values <= 1 ? 0 : values <= 2 ? 1 : values <= 4 ? 2 : values <= 16 ? 4 : 8;
}

export function readBits(bits: Uint8Array, width: number, n: number): number {
  const bit = n * width;
  return ((bits[bit >> 3] ?? 0) >> (bit & 7)) & ((1 << width) - 1);
}

export function writeBits(bits: Uint8Array, width: number, n: number, index: number): void {
  const bit = n * width;
  const shift = bit & 7;
  const mask = ((1 << width) - 1) << shift;
  bits[bit >> 3] = ((bits[bit >> 3] ?? 0) & ~mask) | (index << shift);
}

const noBits = new Uint8Array(0);

/** Rows by the place of their number among those that the chunk has. */
class Chunk {
  private values = [0];
  private counts = [chunkRows];
  private width = 0;
  private bits = noBits;

  get bytes(): number {
    return this.bits.length;
  }

  at(n: number): number {
    return this.values[readBits(this.bits, this.width, n)] ?? 0;
  }

  /** Where the run of row `n` ends, looking no farther than row `most`. */
  endOf(n: number, most: number): number {
    if (this.width === 0) return most;
    const index = readBits(this.bits, this.width, n);
    let end = n + 1;
    while (end < most && readBits(this.bits, this.width, end) === index) end += 1;
    return end;
  }

  addTo(counts: number[]): void {
    for (const [index, value] of this.values.entries())
      counts[value] = (counts[value] ?? 0) + (this.counts[index] ?? 0);
  }

  fill(from: number, to: number, value: number, over?: number): void {
    const among = over === undefined ? chunkRows : this.countOf(over);
    if (among === 0) return;
    if (among === chunkRows && to - from === chunkRows) return this.unite(value);
    const index = this.indexOf(value);
    const only = over === undefined ? undefined : this.values.indexOf(over);
    let moved = 0;
    for (let n = from; n < to; n += 1) {
      const was = readBits(this.bits, this.width, n);
      if (was === index || (only !== undefined && was !== only)) continue;
      writeBits(this.bits, this.width, n, index);
      this.counts[was] = (this.counts[was] ?? 0) - 1;
      moved += 1;
    }
    this.counts[index] = (this.counts[index] ?? 0) + moved;
    if (this.counts[index] === chunkRows) this.unite(value);
  }

  private countOf(value: number): number {
    return this.counts[this.values.indexOf(value)] ?? 0;
  }

  private unite(value: number): void {
    this.values = [value];
    this.counts = [chunkRows];
    this.width = 0;
    this.bits = noBits;
  }

  /** The place of a number, perhaps of one that no row has any more. */
  private indexOf(value: number): number {
    const known = this.values.indexOf(value);
    if (known >= 0) return known;
    const free = this.counts.indexOf(0);
    const index = free >= 0 ? free : this.values.length;
    this.values[index] = value;
    this.counts[index] = 0;
    this.widen(widthOf(this.values.length));
    return index;
  }

  private widen(width: number): void {
    if (width === this.width) return;
    const bits = new Uint8Array((chunkRows * width) / 8);
    if (this.width > 0)
      for (let n = 0; n < chunkRows; n += 1)
        writeBits(bits, width, n, readBits(this.bits, this.width, n));
    this.bits = bits;
    this.width = width;
  }
}

const untouched = new Chunk();
