import { appendFileSync, createReadStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure.js';
import { area, entryBytes, numberedBytes, openKernel, streamTo } from './fingerprint-kernel.js';
import type { Kernel } from './fingerprint-kernel.js';
import { FingerprintFiles, entriesOf, give } from './fingerprint-files.js';
import type { FingerprintFile } from './fingerprint-files.js';
import { SpillFile } from './spill-file.js';
import { bytesAt } from './wasm.js';

// The rows of a query against the fingerprints of the baseline.
//
//   take      chunks of the query: what is as the baseline has it is counted, the rest goes to files
//   finish    what was not found in its place is looked for in the whole baseline; what nobody asked for was removed
//
// Memory: a window of the baseline and the keys of fresh rows, up to a share of the agent's; then two bits a row of the
// baseline, four a fresh row, and partitions on disk.

export interface ComparisonOptions {
  /** Secret of the sync, so that fingerprints of equal rows differ between syncs. XXH64 is no MAC: it keeps off chance. */
  seed: bigint;
  /** How many columns at the start of a line are the key. */
  keyFields: number;
  /** The baseline's fingerprints, oldest first, and how many rows they come to. */
  files: readonly FingerprintFile[];
  rows: number;
  memoryMiB: number;
  workDir: string;
  /** Copy out unchanged rows too, as changed: to send or compare every row. */
  all: boolean;
  /** Call rows removed, too, that the destination skipped. */
  foreign: boolean;
}

/** Invalid: a NULL in the key, or a key that came more than once. */
export interface ComparedCounts {
  queried: number;
  unchanged: number;
  changed: number;
  added: number;
  invalid: number;
}

/** Takes lines of added rows: number, key fingerprint (2), row fingerprint and the row; always whole ones. */
export interface AddedLines {
  write(lines: Uint8Array): Promise<void>;
}

export interface Compared {
  /**
   * Lines of class, number, key fingerprint (2), row fingerprint and the row; rows that may have changed. The class: C, F
   * for a row that the destination skipped, U for one of which nothing is known; c and f where the fingerprint is the same.
   */
  changed: string;
  /** Lines of key fingerprints (2) of rows that left the query. */
  removed: string;
  /** Lines of key fingerprints (2) of keys that came more than once. */
  repeated: string;
  repeatedKeys: number;
  /** Fingerprint entries of the added rows, in their order. */
  fresh: string;
  /** Bytes of the longest line of all these. */
  longestLine: number;
}

const chunkBytes = 1 << 20;
/** A single row may not be longer than this. */
const maxLineBytes = (16 << 20) - 4096;
/** Shares of the memory for the baseline, where all of it fits, and for the keys of fresh rows, at so many bytes a row. */
const share = { window: 0.2, windowRow: 40, fresh: 0.15, freshRow: 38 };
/** The kernel has 4 GiB, whatever the agent has. */
const mostMemoryMiB = 8192;
/** What a window is that the baseline only passes through. */
const passingRows = 1 << 18;

export class Comparison {
  private carried = 0;
  private isLoaded = false;

  private constructor(
    private readonly kernel: Kernel,
    private readonly options: ComparisonOptions,
    private readonly to: { baseline: FingerprintFiles; out: Record<OutFile, SpillFile> },
    private added: AddedLines,
  ) {}

  static async open(options: ComparisonOptions, added: AddedLines): Promise<Comparison> {
    const { workDir, rows, memoryMiB, files } = options;
    const kernel = await openKernel((n, bytes) =>
      // The kernel can't wait.
      appendFileSync(partitionPath(workDir, n), bytes),
    );
    const overrides = files.reduce((sum, file) => sum + (file.isNew ? 0 : file.rows), 0);
    const fitting = fittingRows(memoryMiB);
    kernel.start(
      options.seed,
      options.keyFields,
      rows,
      rows <= fitting ? rows : Math.min(passingRows, fitting),
      freshMost(memoryMiB),
      overrides,
      options.all ? 1 : 0,
      options.foreign ? 1 : 0,
    );
    kernel.input(chunkBytes);
    const baseline = await FingerprintFiles.open(kernel, options);
    const out = {} as Record<OutFile, SpillFile>;
    for (const name of outFiles) out[name] = await SpillFile.open(join(workDir, `${name}.out`));
    return new Comparison(kernel, options, { baseline, out }, added);
  }

  /** Bytes of the longest line that was copied out so far. */
  get longestLine(): number {
    return Number(this.kernel.longest.value);
  }

  /** False where fresh rows may turn out to be only out of place: the baseline only passes by. */
  static knowsAdded(rows: number, memoryMiB: number): boolean {
    return rows <= fittingRows(memoryMiB);
  }

  /** The baseline does not fit into the window. */
  private get isPassing(): boolean {
    const { rows, memoryMiB } = this.options;
    return !Comparison.knowsAdded(rows, memoryMiB);
  }

  get counts(): ComparedCounts {
    const { queried, unchanged, changed, added, invalid } = this.kernel;
    const counts = { queried, unchanged, changed, added, invalid };
    return Object.fromEntries(
      Object.entries(counts).map(([name, { value }]) => [name, Number(value)]),
    ) as unknown as ComparedCounts;
  }

  /** Takes in a part of the query's lines, cut anywhere. */
  async take(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; at += chunkBytes)
      await this.takePiece(chunk.subarray(at, at + chunkBytes));
  }

  /**
   * The query is over. `again` gives a place for the lines of added rows when those that were written hold others, too,
   * and the files in which they lie.
   */
  async finish(
    again: () => Promise<{ written: readonly string[]; added: AddedLines }>,
  ): Promise<Compared> {
    if (this.carried > 0) throw cut();
    const { kernel } = this;
    await this.to.out.fresh.close();
    await this.resolve();
    if (Number(kernel.misplaced.value) > 0) await this.rewrite(await again());
    await this.close();
    const { changed, removed, repeated, fresh } = this.to.out;
    return {
      changed: changed.path,
      removed: removed.path,
      repeated: repeated.path,
      repeatedKeys: Number(kernel.repeated.value),
      fresh: fresh.path,
      longestLine: this.longestLine,
    };
  }

  async close(): Promise<void> {
    await this.to.baseline.close();
    for (const name of outFiles) await this.to.out[name].close().catch(() => undefined);
  }

  private async takePiece(piece: Uint8Array): Promise<void> {
    const { kernel, to, isPassing } = this;
    await this.through(piece, async (offset, length) => {
      if (isPassing) await to.baseline.fillWindow();
      else if (!this.isLoaded) await to.baseline.fillAll();
      this.isLoaded = true;
      return kernel.scan(offset, length, isPassing ? 1 : 0);
    });
  }

  /** Goes through the whole lines of what was carried over and a piece; `go` gives the place that it came to. */
  private async through(
    piece: Uint8Array,
    go: (offset: number, length: number) => Promise<number> | number,
  ): Promise<void> {
    const { kernel } = this;
    const length = this.carried + piece.length;
    bytesAt(kernel, this.roomFor(length) + this.carried, piece.length).set(piece);
    let offset = 0;
    for (;;) {
      const next = await go(offset, length);
      await this.hand();
      if (next === offset && !kernel.isStarved.value) break;
      offset = next;
    }
    this.carry(offset, length);
  }

  private carry(offset: number, length: number): void {
    const at = this.kernel.input(chunkBytes);
    this.carried = length - offset;
    if (offset > 0 && this.carried > 0)
      new Uint8Array(this.kernel.memory.buffer).copyWithin(at, at + offset, at + length);
  }

  /** The input's place, with what was carried over at its start. */
  private roomFor(length: number): number {
    const { kernel } = this;
    if (length > maxLineBytes) throw rowTooLong();
    if (length <= chunkBytes) return kernel.input(chunkBytes);
    const carried = bytesAt(kernel, kernel.input(chunkBytes), this.carried).slice();
    let size = chunkBytes;
    while (size < length) size *= 2;
    const at = kernel.input(size);
    bytesAt(kernel, at, carried.length).set(carried);
    return at;
  }

  /** Takes out what the kernel's areas hold, as views of its memory: nothing is asked of it meanwhile. */
  private async hand(): Promise<void> {
    const { kernel, to } = this;
    for (const name of areaNames) {
      const length = kernel.areaLength(area[name]);
      if (length === 0) continue;
      const bytes = bytesAt(kernel, kernel.areaAt(area[name]), length);
      if (name === 'added') await this.added.write(bytes);
      else await to.out[name === 'plain' ? 'removed' : name].write(bytes);
    }
    kernel.emptyAreas();
  }

  private async resolve(): Promise<void> {
    const { kernel, to, options } = this;
    await to.baseline.close();
    if (kernel.isOverfull.value) return this.resolveInPartitions();
    const { queried, unchanged, changed } = this.counts;
    // An empty result makes us forget nothing: were it a mistake, everything would be sent again.
    if (queried === 0 && options.foreign) return;
    const isAllMet = unchanged + changed === options.rows;
    if (isAllMet && (!this.isPassing || Number(kernel.freshRows.value) === 0)) return;
    kernel.prepareToResolve();
    await to.baseline.stream(streamTo.resolve, () => this.hand());
    to.baseline.assertWhole();
  }

  private async resolveInPartitions(): Promise<void> {
    const { kernel, to, options } = this;
    const { workDir, memoryMiB } = options;
    const bits = Math.ceil(
      Math.log2((Number(kernel.freshRows.value) / freshMost(memoryMiB)) * 1.5),
    );
    const names = Array.from({ length: 2 ** bits }, (_, n) => partitionPath(workDir, n));
    kernel.openPartitions(bits);
    let from = 0;
    for await (const bytes of entriesOf(to.out.fresh.path)) {
      kernel.partition(give(kernel, bytes), from);
      from += bytes.length / entryBytes;
    }
    kernel.flushPartitions();
    await moveAside(names);
    await to.baseline.stream(streamTo.partitions, () => undefined);
    kernel.flushPartitions();
    to.baseline.assertWhole();
    kernel.prepareToResolve();
    for (const name of names) await this.resolvePartition(name);
  }

  private async resolvePartition(name: string): Promise<void> {
    const { kernel } = this;
    kernel.beginPartition();
    for await (const bytes of entriesIfAny(freshPath(name))) {
      if (!kernel.loadPartition(give(kernel, bytes)))
        throw new Failure('INTERNAL', 'internal.partition', 'A part of the rows is too large.');
      await this.hand();
    }
    kernel.endPartitionLoad();
    for await (const bytes of entriesIfAny(name)) {
      kernel.resolvePartition(give(kernel, bytes));
      await this.hand();
    }
    await rm(name, { force: true });
    await rm(freshPath(name), { force: true });
  }

  /** Sorts the lines of fresh rows into what they turned out to be. */
  private async rewrite(again: { written: readonly string[]; added: AddedLines }): Promise<void> {
    const { kernel, to } = this;
    const { path } = to.out.fresh;
    to.out.fresh = await SpillFile.open(path);
    this.added = again.added;
    this.carried = 0;
    for (const file of again.written)
      for await (const chunk of chunksOf(file))
        await this.through(chunk, (offset, length) => kernel.rewrite(offset, length));
  }
}

const areaNames = Object.keys(area) as (keyof typeof area)[];
const outFiles = ['changed', 'removed', 'repeated', 'fresh'] as const;
type OutFile = (typeof outFiles)[number];

/** Rows of a baseline that are all in the window. */
const fittingRows = (memoryMiB: number): number =>
  2 ** Math.floor(Math.log2((bytesFor(memoryMiB) * share.window) / share.windowRow));

/** Fresh rows whose keys are all in memory. */
const freshMost = (memoryMiB: number): number =>
  Math.floor((bytesFor(memoryMiB) * share.fresh) / share.freshRow);

const bytesFor = (memoryMiB: number): number => Math.min(memoryMiB, mostMemoryMiB) * 2 ** 20;

const partitionPath = (workDir: string, n: number): string => join(workDir, `partition-${n}.out`);
const freshPath = (partition: string): string => `${partition}.fresh`;

/** A partition that nothing fell into has no file. */
async function moveAside(names: readonly string[]): Promise<void> {
  for (const name of names) if (existsSync(name)) await rename(name, freshPath(name));
}

async function* entriesIfAny(path: string): AsyncGenerator<Uint8Array> {
  if (existsSync(path)) yield* entriesOf(path, numberedBytes);
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes }))
    yield chunk as Buffer;
}

function cut(): Failure {
  return new Failure(
    'TRANSIENT',
    'source.cut',
    'The query ended in the middle of a row. Run the sync again.',
  );
}

function rowTooLong(): Failure {
  return new Failure(
    'CONFIG',
    'snapshot.row_too_long',
    'A row is longer than 16 MiB. Leave its largest column out of the model.',
  );
}
