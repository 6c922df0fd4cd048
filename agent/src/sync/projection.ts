import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { cutUp } from './batches.js';
import { bytesAt, openWasm } from './wasm.js';
import type { Stretch, StretchLimits } from './batches.js';

/** What a field of a destination is made of: a column by its number, and a line's text where that is NULL; or a text. */
export type FieldPick = { column: number; otherwise?: string } | { text: string };

interface Projector {
  memory: WebAssembly.Memory;
  start(columns: number, fields: number): void;
  room(bytes: number): number;
  instruct(field: number, column: number, textAt: number, textLength: number): void;
  input(size: number): number;
  output(size: number): number;
  project(offset: number, length: number, maxRows: number, maxBytes: number): number;
  length: WebAssembly.Global;
  rows: WebAssembly.Global;
  isFull: WebAssembly.Global;
  needed: WebAssembly.Global;
}

const chunkBytes = 1 << 20;
const inputBytes = 2 * chunkBytes;
const noColumn = 0xffffffff;

interface Projection {
  columns: number;
  picks: readonly FieldPick[];
}

/** Ends after row `upTo`. */
interface Limits extends StretchLimits {
  upTo: number;
}

/** The projector is called for about so many rows at once. */
const rowsAtOnce = 1_000;

/**
 * Lines of so many columns as stretches of projected lines, of at most so many rows and bytes; a longer single row comes
 * alone.
 */
export function projectedStretches(
  files: readonly string[],
  projection: Projection,
  limits: Limits,
): AsyncGenerator<Stretch[]> {
  const times = Math.floor(rowsAtOnce / limits.maxRows);
  if (times < 2) return projectedPages(files, projection, limits);
  const larger = { ...limits, maxRows: limits.maxRows * times };
  return cutSmaller(projectedPages(files, projection, larger), limits);
}

async function* cutSmaller(
  pages: AsyncGenerator<Stretch[]>,
  limits: StretchLimits,
): AsyncGenerator<Stretch[]> {
  let ord = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const page of pages)
    for (const { lines } of page) {
      const all = rest.length > 0 ? Buffer.concat([rest, lines]) : bufferOf(lines);
      const cut = cutUp(all, { ord, limits, isLast: false });
      ({ rest, ord } = cut);
      yield cut.stretches;
    }
  yield cutUp(rest, { ord, limits, isLast: true }).stretches;
}

async function* projectedPages(
  files: readonly string[],
  projection: Projection,
  limits: Limits,
): AsyncGenerator<Stretch[]> {
  const projector = await openProjector(projection);
  const output = new Output(projector, limits);
  for (const path of files) {
    const file = await open(path);
    try {
      while (!output.isOver && (await output.read(file))) yield [...output.cut()];
    } finally {
      await file.close();
    }
    if (output.isOver) return;
  }
  const last = output.take();
  if (last) yield [last];
}

class Output {
  /** What of the input is still to be projected. */
  private offset = 0;
  private length = 0;
  private ord = 0;
  private at: number;
  private size: number;
  /** Memory of stretches that were sent. */
  private readonly spare: Uint8Array[] = [];

  constructor(
    private readonly projector: Projector,
    private readonly limits: Limits,
  ) {
    this.size = limits.maxBytes;
    this.at = projector.output(this.size);
  }

  get isOver(): boolean {
    return this.ord >= this.limits.upTo;
  }

  /** Reads more behind what was left of the input; false at the end of the file. */
  async read(file: FileHandle): Promise<boolean> {
    const { projector } = this;
    const left = this.length - this.offset;
    const at = roomFor(projector, { from: this.offset, left });
    const { bytesRead } = await file.read(bytesAt(projector, at + left, chunkBytes));
    this.offset = 0;
    this.length = left + bytesRead;
    return bytesRead > 0;
  }

  /** Projects the whole lines of the input; gives what is full on the way. */
  *cut(): Generator<Stretch> {
    const { maxRows, maxBytes, upTo } = this.limits;
    for (;;) {
      const most = Math.min(maxRows, upTo - this.ord);
      this.offset = this.projector.project(this.offset, this.length, most, maxBytes);
      if (!this.projector.isFull.value) return;
      const stretch = this.take();
      if (stretch) yield stretch;
      if (this.isOver) return;
    }
  }

  /** Undefined when there is none, as the next row alone needs more room. */
  take(): Stretch | undefined {
    const rows = Number(this.projector.rows.value);
    const projected = bytesAt(this.projector, this.at, Number(this.projector.length.value));
    const { length } = projected;
    const memory = this.memoryFor(projected);
    this.size = Math.max(this.size, Number(this.projector.needed.value));
    this.at = this.projector.output(this.size);
    if (rows === 0) return undefined;
    const from = this.ord;
    this.ord += rows;
    const lines = memory.subarray(0, length);
    return { from, to: this.ord, lines, release: () => void this.spare.push(memory) };
  }

  /** A copy of the bytes at the start of it. */
  private memoryFor(bytes: Uint8Array): Uint8Array {
    let memory = this.spare.pop();
    // A little more, as the next stretch is about as long.
    if (!memory || memory.length < bytes.length)
      memory = new Uint8Array(bytes.length + (bytes.length >> 3));
    memory.set(bytes);
    return memory;
  }
}

async function openProjector(projection: Projection): Promise<Projector> {
  const { columns, picks } = projection;
  const projector = await openWasm<Projector>('projector');
  projector.start(columns, picks.length);
  for (const [n, pick] of picks.entries()) {
    const text = 'text' in pick ? pick.text : pick.otherwise;
    const bytes = Buffer.from(text ?? '');
    const at = text === undefined ? 0 : projector.room(bytes.length);
    bytesAt(projector, at, bytes.length).set(bytes);
    projector.instruct(n, 'column' in pick ? pick.column : noColumn, at, bytes.length);
  }
  projector.input(inputBytes);
  return projector;
}

/** The input's place, with what was left of it at its start and room for another chunk. */
function roomFor(projector: Projector, { from, left }: { from: number; left: number }): number {
  const at = projector.input(0);
  if (left + chunkBytes <= inputBytes) {
    bytesAt(projector, at, from + left).copyWithin(0, from, from + left);
    return at;
  }
  const kept = bytesAt(projector, at + from, left).slice();
  let size = inputBytes;
  while (size < left + chunkBytes) size *= 2;
  const moved = projector.input(size);
  bytesAt(projector, moved, left).set(kept);
  return moved;
}
function bufferOf(lines: Uint8Array): Buffer {
  return Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
}
