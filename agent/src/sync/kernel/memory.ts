/** Memory is only ever taken: the kernel lives for one comparison. */

const PAGE: usize = 65536;
let heapEnd: usize = 0;

export function take(bytes: usize): usize {
  if (heapEnd == 0) heapEnd = (__heap_base + 7) & ~7;
  const at = heapEnd;
  heapEnd = (at + bytes + 7) & ~7;
  // Addresses have 32 bits.
  if (heapEnd < at) unreachable();
  const pages = <i32>((heapEnd + PAGE - 1) / PAGE) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
  return at;
}

export function takeZeroed(bytes: usize): usize {
  const at = take(bytes);
  memory.fill(at, 0, bytes);
  return at;
}

// @ts-ignore: decorator
@inline
export function load64(at: usize): u64 {
  return load<u64>(at);
}

/** The smallest power of two that is not below `count`. */
export function powerOfTwo(count: u32): u32 {
  let size: u32 = 1 << 10;
  while (size < count) size <<= 1;
  return size;
}
