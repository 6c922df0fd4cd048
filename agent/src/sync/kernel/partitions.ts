// Entries with their numbers, cut into partitions by key; each partition goes to a file of its own.
import { load64, take, takeZeroed } from './memory';
import { ENTRY_BYTES } from './table';

/** An entry with a number. */
export const NUMBERED_BYTES: usize = 32;
const PARTITION_BYTES: usize = 32768;

/** JavaScript appends the bytes to a partition's file. */
// @ts-ignore: decorator
@external("env", "flush")
declare function flush(partition: u32, at: usize, length: u32): void;

let partitionBits: u32 = 0;
let partitionAt: usize = 0;
let partitionUsed: usize = 0;

/** `bits`: there are 2^bits partitions. */
export function cutInto(bits: u32): void {
  partitionBits = bits;
  if (partitionAt != 0) return;
  partitionAt = take(PARTITION_BYTES << bits);
  partitionUsed = takeZeroed(4 << bits);
}

/** Entries of which the first one has the number `from`. */
export function cutUp(entriesAt: usize, length: u32, from: u32): void {
  for (let at = entriesAt; at < entriesAt + length; at += ENTRY_BYTES)
    toPartition(load64(at), load64(at + 8), load64(at + 16), from++);
}

export function toPartition(low: u64, high: u64, row: u64, number: u32): void {
  const n = partitionBits == 0 ? 0 : <u32>(high >> (64 - partitionBits));
  let used = load<u32>(partitionUsed + (<usize>n << 2));
  if (<usize>used + NUMBERED_BYTES > PARTITION_BYTES) {
    flush(n, partitionAt + <usize>n * PARTITION_BYTES, used);
    used = 0;
  }
  const at = partitionAt + <usize>n * PARTITION_BYTES + used;
  store<u64>(at, low);
  store<u64>(at + 8, high);
  store<u64>(at + 16, row);
  store<u64>(at + 24, number);
  store<u32>(partitionUsed + (<usize>n << 2), used + <u32>NUMBERED_BYTES);
}

export function flushPartitions(): void {
  for (let n: u32 = 0; n < 1 << partitionBits; n++) {
    const used = load<u32>(partitionUsed + (<usize>n << 2));
    if (used > 0) flush(n, partitionAt + <usize>n * PARTITION_BYTES, used);
    store<u32>(partitionUsed + (<usize>n << 2), 0);
  }
}
