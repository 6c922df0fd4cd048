// A stretch of the baseline around the place where the query is. Two queries mostly give their rows in the same order,
// so the next row is looked for right behind the last one, then in an index of the stretch that is made when it is needed.
// After many misses in a row the stretch moves on by itself, at the end of the baseline to its start again: rows may have
// left in bulk, or the query begins elsewhere. So numbers of rows here go on after the last one; `see` counts them anew.
import { ENTRY_BYTES } from './table';
import { load64, powerOfTwo, take, takeZeroed } from './memory';

export const NOWHERE: u32 = 0xffffffff;

// What the query had of a row of the baseline, two bits each.
export const UNSEEN: u32 = 0;
export const SAME: u32 = 1;
export const CHANGED: u32 = 2;
/** The key came more than once. */
export const TWICE: u32 = 3;

/** Rows that may have left the query right behind the last one before the index is asked. */
const LOOK_AHEAD: u32 = 4;

let ring: usize = 0;
let mask: u32 = 0;
let low: u32 = 0;
let high: u32 = 0;
let next: u32 = 0;
let slots: usize = 0;
let slotMask: u32 = 0;
let indexedTo: u32 = 0;
let indexed: u32 = 0;
let seen: usize = 0;
let rows: u32 = 0;
let misses: u32 = 0;
let moved: u32 = 0;
/** Misses in a row after which the window moves on. */
const PATIENCE: u32 = 8192;
/** From here on numbers begin again where the baseline does. */
const LAST_NUMBER: u32 = 0x80000000;

/** Holds `most` rows at once, or all of them when they are fewer. */
export function openWindow(all: u32, most: u32): void {
  rows = all;
  const size = powerOfTwo(min<u32>(all, most));
  ring = take(<usize>size * ENTRY_BYTES);
  mask = size - 1;
  seen = takeZeroed(<usize>(rows >> 2) + 8);
}

/** Rows of the window that lie ahead of the query. */
// @ts-ignore: decorator
@inline
export function ahead(): u32 {
  return high - max<u32>(next, low);
}

/** Whether the query is somewhere else, for all that the window knows. */
// @ts-ignore: decorator
@inline
export function isLost(): bool {
  return misses >= PATIENCE;
}

/** The baseline begins again with number 0: what was in the window is left behind before the numbers come to their end. */
export function restart(): void {
  if (high < LAST_NUMBER) return;
  high = 0;
  low = 0;
  next = 0;
  indexedTo = 0;
  indexed = 0;
  if (slots != 0) memory.fill(slots, 0, (<usize>slotMask + 1) << 2);
}

/** How many more rows of the baseline the window takes now. */
export function wanted(): u32 {
  const half = (mask + 1) >> 1;
  if (isLost()) return half - moved;
  return ahead() < half ? half - ahead() : 0;
}

export function append(keyLow: u64, keyHigh: u64, row: u64): void {
  const entry = at(high++);
  store<u64>(entry, keyLow);
  store<u64>(entry + 8, keyHigh);
  store<u64>(entry + 16, row);
  if (high - low > mask + 1) low = high - mask - 1;
  if (!isLost() || ++moved < (mask + 1) >> 1) return;
  moved = 0;
  misses = 0;
}

/** Number of the row with that key, or NOWHERE in the window. */
export function match(keyLow: u64, keyHigh: u64): u32 {
  const from = max<u32>(next, low);
  const end = min<u32>(from + LOOK_AHEAD, high);
  for (let n = from; n < end; n++) {
    const entry = at(n);
    if (load64(entry) == keyLow && load64(entry + 8) == keyHigh) {
      next = n + 1;
      misses = 0;
      return n;
    }
  }
  const found = lookUp(keyLow, keyHigh);
  if (found == NOWHERE) misses++;
  else {
    next = found + 1;
    misses = 0;
  }
  return found;
}

// @ts-ignore: decorator
@inline
export function rowAt(n: u32): u64 {
  return load64(at(n) + 16);
}

// @ts-ignore: decorator
@inline
export function seenOf(number: u32): u32 {
  const n = number < rows ? number : number % rows;
  return (load<u8>(seen + <usize>(n >> 2)) >> <u8>((n & 3) << 1)) & 3;
}

// @ts-ignore: decorator
@inline
export function see(number: u32, what: u32): void {
  const n = number < rows ? number : number % rows;
  const place = seen + <usize>(n >> 2);
  const shift = <u8>((n & 3) << 1);
  store<u8>(place, (load<u8>(place) & ~(<u8>3 << shift)) | (<u8>what << shift));
}

function lookUp(keyLow: u64, keyHigh: u64): u32 {
  if (high == low) return NOWHERE;
  index();
  let slot = <u32>keyLow & slotMask;
  let number = load<u32>(slots + (<usize>slot << 2));
  while (number != 0) {
    const n = number - 1;
    // What the window has left behind stays in the index until that is made anew.
    if (n >= low) {
      const entry = at(n);
      if (load64(entry) == keyLow && load64(entry + 8) == keyHigh) return n;
    }
    slot = (slot + 1) & slotMask;
    number = load<u32>(slots + (<usize>slot << 2));
  }
  return NOWHERE;
}

function index(): void {
  if (slots == 0) {
    const size = (mask + 1) << 2;
    slots = takeZeroed(<usize>size * 4);
    slotMask = size - 1;
    indexedTo = low;
  }
  if (indexed + (high - max<u32>(indexedTo, low)) > slotMask >> 1) {
    memory.fill(slots, 0, (<usize>slotMask + 1) << 2);
    indexedTo = low;
    indexed = 0;
  }
  for (let n = max<u32>(indexedTo, low); n < high; n++) {
    let slot = <u32>load64(at(n)) & slotMask;
    while (load<u32>(slots + (<usize>slot << 2)) != 0) slot = (slot + 1) & slotMask;
    store<u32>(slots + (<usize>slot << 2), n + 1);
    indexed++;
  }
  indexedTo = high;
}

// @ts-ignore: decorator
@inline
function at(n: u32): usize {
  return ring + <usize>(n & mask) * ENTRY_BYTES;
}
