import { bytesAt, openWasm } from './wasm.js';

/** What the compiled kernel exports; see kernel/kernel.ts. */
export interface Kernel {
  memory: WebAssembly.Memory;
  start(
    seed: bigint,
    keyFields: number,
    rows: number,
    windowRows: number,
    freshRows: number,
    overrideRows: number,
    all: number,
    foreign: number,
  ): void;
  input(size: number): number;
  entriesInput(): number;
  areaAt(area: number): number;
  areaLength(area: number): number;
  emptyAreas(): void;
  loadOverrides(length: number, segment: number): void;
  rewind(): void;
  stream(length: number, segment: number, to: number): void;
  streamRest(from: number, to: number): number;
  overrideCount(): number;
  wanted(): number;
  scan(offset: number, length: number, more: number): number;
  prepareToResolve(): void;
  rewrite(offset: number, length: number): number;
  openPartitions(bits: number): void;
  partition(length: number, from: number): void;
  flushPartitions(): void;
  beginPartition(): void;
  loadPartition(length: number): number;
  endPartitionLoad(): void;
  resolvePartition(length: number): void;
  xxh64(from: number, length: number, seed: bigint): bigint;
  queried: WebAssembly.Global;
  unchanged: WebAssembly.Global;
  changed: WebAssembly.Global;
  added: WebAssembly.Global;
  invalid: WebAssembly.Global;
  repeated: WebAssembly.Global;
  freshRows: WebAssembly.Global;
  misplaced: WebAssembly.Global;
  longest: WebAssembly.Global;
  streamed: WebAssembly.Global;
  isStarved: WebAssembly.Global;
  isOverfull: WebAssembly.Global;
}

/** Numbers of the kernel's output areas. */
export const area = { added: 0, changed: 1, fresh: 2, repeated: 3, plain: 4 } as const;

/** What the baseline is streamed for. */
export const streamTo = { window: 0, resolve: 1, partitions: 2 } as const;

/** Bytes of one entry of a fingerprint segment: key fingerprint (16) and row fingerprint (8), little-endian. */
export const entryBytes = 24;
/** Bytes of an entry with its number, as partitions have them. */
export const numberedBytes = 32;

/** `flush` gets bytes of a partition; they are good until it returns. */
export async function openKernel(
  flush: (partition: number, bytes: Uint8Array) => void = () => undefined,
): Promise<Kernel> {
  const kernel: Kernel = await openWasm('kernel', {
    flush: (partition = 0, at = 0, length = 0) => flush(partition, bytesAt(kernel, at, length)),
  });
  return kernel;
}

/** XXH64 of some bytes, as the kernel computes it. */
export function hashOf(kernel: Kernel, bytes: Uint8Array, seed: bigint): bigint {
  const at = kernel.input(1 << 20);
  bytesAt(kernel, at, bytes.length).set(bytes);
  return BigInt.asUintN(64, kernel.xxh64(at, bytes.length, seed));
}
