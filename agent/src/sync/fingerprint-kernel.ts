import { readFile } from 'node:fs/promises';
import { Failure } from '../failure.js';

interface KernelExports {
  memory: WebAssembly.Memory;
  start(seed: bigint, keyFields: number, expected: number, all: number): void;
  input(size: number): number;
  output(): number;
  loadSegment(length: number): void;
  scan(offset: number, length: number): number;
  removed(from: number, foreign: number): number;
  duplicateEntries(from: number): number;
  dump(from: number): number;
  xxh64(from: number, length: number, seed: bigint): bigint;
  entries: WebAssembly.Global;
  outputLength: WebAssembly.Global;
  queried: WebAssembly.Global;
  unchanged: WebAssembly.Global;
  changed: WebAssembly.Global;
  added: WebAssembly.Global;
  invalid: WebAssembly.Global;
  baselineRows: WebAssembly.Global;
  duplicates: WebAssembly.Global;
  longest: WebAssembly.Global;
}

export interface KernelOptions {
  /** Secret of the sync, so that fingerprints of equal rows differ between syncs. XXH64 is no MAC: it keeps off chance. */
  seed: bigint;
  /** How many columns at the start of a line are the key. */
  keyFields: number;
  /** Rows to make room for at once. */
  expectedRows: number;
  /** Copy out unchanged rows too, as changed: to send or compare every row. */
  all?: boolean;
}

/** What the kernel counted. Invalid: a NULL in the key, or a key that came more than once. */
export interface KernelCounts {
  queried: number;
  unchanged: number;
  changed: number;
  added: number;
  invalid: number;
  baselineRows: number;
  /** Keys that came more than once. */
  duplicateKeys: number;
  /** Bytes of the longest line that was copied out. */
  longestLine: number;
}

/** Bytes of one entry of a fingerprint segment: key fingerprint (16) and row fingerprint (8). */
export const entryBytes = 24;
const chunkBytes = 1 << 20;
/** A single row may not be longer than this. */
const maxLineBytes = (16 << 20) - 4096;
const kernelFile = new URL('../../dist/sync/kernel.wasm', import.meta.url);

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * Streams rows through the WebAssembly kernel: load the baseline's segments, scan the query's chunks, then ask for what
 * was removed. `write` gets the copied-out lines; its bytes are only good until it returns.
 */
export class FingerprintKernel {
  private carried = 0;

  private constructor(private readonly wasm: KernelExports) {}

  static async open(options: KernelOptions): Promise<FingerprintKernel> {
    compiled ??= readFile(kernelFile).then((bytes) => WebAssembly.compile(bytes));
    const instance = await WebAssembly.instantiate(await compiled, {
      env: { abort: () => undefined, seed: () => 0 },
    });
    const wasm = instance.exports as unknown as KernelExports;
    wasm.start(options.seed, options.keyFields, options.expectedRows, options.all ? 1 : 0);
    wasm.input(chunkBytes);
    return new FingerprintKernel(wasm);
  }

  get counts(): KernelCounts {
    const number = (global: WebAssembly.Global): number => Number(global.value);
    return {
      queried: number(this.wasm.queried),
      unchanged: number(this.wasm.unchanged),
      changed: number(this.wasm.changed),
      added: number(this.wasm.added),
      invalid: number(this.wasm.invalid),
      baselineRows: number(this.wasm.baselineRows),
      duplicateKeys: number(this.wasm.duplicates),
      longestLine: number(this.wasm.longest),
    };
  }

  /** Takes in a part of a fingerprint segment; parts are whole entries. */
  load(part: Uint8Array): void {
    for (let at = 0; at < part.length; at += chunkBytes - (chunkBytes % entryBytes)) {
      const piece = part.subarray(at, at + chunkBytes - (chunkBytes % entryBytes));
      this.bytes(this.wasm.input(chunkBytes), piece.length).set(piece);
      this.wasm.loadSegment(piece.length);
    }
  }

  /** Takes in a part of the query's lines, cut anywhere. */
  scan(chunk: Uint8Array, write: (lines: Uint8Array) => void): void {
    for (let at = 0; at < chunk.length; at += chunkBytes)
      this.scanPiece(chunk.subarray(at, at + chunkBytes), write);
  }

  /** The query is over: a line without an end would be half a row. */
  end(): void {
    if (this.carried > 0)
      throw new Failure(
        'TRANSIENT',
        'source.cut',
        'The query ended in the middle of a row. Run the sync again.',
      );
  }

  /** What it holds, in bytes; it never gives back. */
  get memoryBytes(): number {
    return this.wasm.memory.buffer.byteLength;
  }

  /**
   * Lines of two key-fingerprint halves for each row that left the query, with or without those whose record is not
   * ours. Each part is good until the next is asked for.
   */
  removed({ foreign }: { foreign: boolean }): Generator<Uint8Array> {
    return this.drain((from) => this.wasm.removed(from, foreign ? 1 : 0));
  }

  /** Lines of entry numbers whose key came more than once. */
  *duplicates(): Generator<Uint8Array> {
    if (this.counts.duplicateKeys > 0)
      yield* this.drain((from) => this.wasm.duplicateEntries(from));
  }

  /** The loaded baseline as one segment. */
  dump(): Generator<Uint8Array> {
    return this.drain((from) => this.wasm.dump(from));
  }

  /** XXH64 of some bytes, as the kernel computes it. */
  hash(bytes: Uint8Array, seed: bigint): bigint {
    const at = this.wasm.input(chunkBytes);
    this.bytes(at, bytes.length).set(bytes);
    return BigInt.asUintN(64, this.wasm.xxh64(at, bytes.length, seed));
  }

  private scanPiece(piece: Uint8Array, write: (lines: Uint8Array) => void): void {
    const length = this.carried + piece.length;
    this.bytes(this.roomFor(length) + this.carried, piece.length).set(piece);
    let offset = 0;
    for (;;) {
      const next = this.wasm.scan(offset, length);
      this.hand(write);
      if (next === offset) break;
      offset = next;
    }
    const at = this.wasm.input(chunkBytes);
    this.carried = length - offset;
    if (offset > 0 && this.carried > 0)
      new Uint8Array(this.wasm.memory.buffer).copyWithin(at, at + offset, at + length);
  }

  /** The input's place, with what was carried over at its start. */
  private roomFor(length: number): number {
    if (length > maxLineBytes)
      throw new Failure(
        'CONFIG',
        'snapshot.row_too_long',
        'A row is longer than 16 MiB. Leave its largest column out of the model.',
      );
    if (length <= chunkBytes) return this.wasm.input(chunkBytes);
    const carried = this.bytes(this.wasm.input(chunkBytes), this.carried).slice();
    let size = chunkBytes;
    while (size < length) size *= 2;
    const at = this.wasm.input(size);
    this.bytes(at, carried.length).set(carried);
    return at;
  }

  private *drain(ask: (from: number) => number): Generator<Uint8Array> {
    const entries = Number(this.wasm.entries.value);
    for (let next = 0; next < entries;) {
      next = ask(next);
      const length = Number(this.wasm.outputLength.value);
      if (length > 0) yield this.bytes(this.wasm.output(), length);
    }
  }

  private hand(write: (bytes: Uint8Array) => void): void {
    const length = Number(this.wasm.outputLength.value);
    if (length > 0) write(this.bytes(this.wasm.output(), length));
  }

  private bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.wasm.memory.buffer, at >>> 0, length);
  }
}
