import { load64, powerOfTwo, take } from './memory';

/** Bytes of an entry: key fingerprint (16) and row fingerprint (8). */
export const ENTRY_BYTES: usize = 24;
const BLOCK_LOG: u32 = 15;
const BLOCK_BYTES: usize = (1 << BLOCK_LOG) * ENTRY_BYTES;
const BLOCK_LIMIT: usize = 1 << 16;

/** Entries by key, numbered in the order in which they came. */
@unmanaged
export class Table {
  count: u32;
  private blocks: usize;
  private blockCount: u32;
  private slots: usize;
  private mask: u32;

  static make(expected: u32): Table {
    const table = changetype<Table>(take(offsetof<Table>()));
    table.count = 0;
    table.blocks = take(BLOCK_LIMIT * 4);
    table.blockCount = 0;
    table.resize(powerOfTwo(expected + (expected >> 1)));
    return table;
  }

  /** Number of the entry + 1, or 0. */
  find(low: u64, high: u64): u32 {
    let slot = <u32>low & this.mask;
    let number = load<u32>(this.slots + (<usize>slot << 2));
    while (number != 0) {
      const entry = this.at(number - 1);
      if (load64(entry) == low && load64(entry + 8) == high) break;
      slot = (slot + 1) & this.mask;
      number = load<u32>(this.slots + (<usize>slot << 2));
    }
    return number;
  }

  /** The key must not be there yet. */
  insert(low: u64, high: u64, row: u64): u32 {
    if (this.count + 1 > (this.mask >> 2) * 3) this.grow();
    const number = this.count++;
    const block = number >> BLOCK_LOG;
    if (block == this.blockCount) {
      store<u32>(this.blocks + (<usize>block << 2), <u32>take(BLOCK_BYTES));
      this.blockCount++;
    }
    const entry = this.at(number);
    store<u64>(entry, low);
    store<u64>(entry + 8, high);
    store<u64>(entry + 16, row);
    this.place(low, number + 1);
    return number;
  }

  // @ts-ignore: decorator
  @inline
  at(number: u32): usize {
    const block = load<u32>(this.blocks + (<usize>(number >> BLOCK_LOG) << 2));
    return <usize>block + <usize>(number & ((1 << BLOCK_LOG) - 1)) * ENTRY_BYTES;
  }

  clear(): void {
    this.count = 0;
    memory.fill(this.slots, 0, (<usize>this.mask + 1) * 4);
  }

  private place(low: u64, value: u32): void {
    let slot = <u32>low & this.mask;
    while (load<u32>(this.slots + (<usize>slot << 2)) != 0) slot = (slot + 1) & this.mask;
    store<u32>(this.slots + (<usize>slot << 2), value);
  }

  /** The old index is left behind: all of them together are no larger than the new one. */
  private grow(): void {
    this.resize((this.mask + 1) << 1);
    for (let n: u32 = 0; n < this.count; n++) this.place(load64(this.at(n)), n + 1);
  }

  private resize(size: u32): void {
    this.slots = take(<usize>size * 4);
    this.mask = size - 1;
    memory.fill(this.slots, 0, <usize>size * 4);
  }
}
