// The fingerprint kernel, compiled to WebAssembly by AssemblyScript. Rows stream through it as bytes; what the
// baseline already has is counted and dropped here, the rest is copied out. See ../fingerprint-kernel.ts for its use.
//
// A row's key is its first `keyFields` fields. Key fingerprint: XXH64 of the key's bytes under two seeds (128 bits).
// Row fingerprint: XXH64 of the whole line, lowest three bits given to the entry's state (61 bits).
// XXH64 after its specification: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md (read 2026-11).

// States of an entry, in the lowest three bits of its row fingerprint.
const BASELINE: u64 = 0; // in the baseline, not seen in this query (yet)
const SAME: u64 = 1; // seen, and as the baseline has it
const CHANGED: u64 = 2; // seen, and different
const ADDED: u64 = 3; // seen, and not in the baseline
const DUPLICATE: u64 = 4; // in the baseline, seen more than once
const DUPLICATE_NEW: u64 = 5; // not in the baseline, seen more than once
const ABSENT: u64 = 6; // was in the baseline once: a later segment took it out
const FOREIGN: u64 = 7; // in the baseline, but skipped by the destination: compared, and never called removed
const STATE: u64 = 7;

// Row fingerprints with a meaning of their own. No row ever has one of them.
const REMOVED_MARK: u64 = 0;
const UNKNOWN_MARK: u64 = 8;

const TAB: u8 = 9;
const LF: u8 = 10;
const ENTRY_BYTES: usize = 24;
const BLOCK_ENTRIES_LOG: u32 = 15;
const BLOCK_BYTES: usize = (1 << BLOCK_ENTRIES_LOG) * ENTRY_BYTES;
/** Longest prefix that a copied-out line gets: class, numbers and tabs. */
const PREFIX_BYTES: usize = 110;
const PAGE: usize = 65536;

let seed: u64 = 0;
let keyFields: u32 = 1;
let emitSame: bool = false;

let inputAt: usize = 0;
let inputSize: usize = 0;
let outputAt: usize = 0;
let outputSize: usize = 0;
let blocks: usize = 0; // addresses of entry blocks, 4 bytes each
let blockLimit: u32 = 0;
let slots: usize = 0; // entry number + 1, 0 is free
let slotMask: u32 = 0;
let heapEnd: usize = 0;

export let entries: u32 = 0;
export let outputLength: u32 = 0;
export let queried: u64 = 0;
export let unchanged: u64 = 0;
export let changed: u64 = 0;
export let added: u64 = 0;
export let invalid: u64 = 0;
export let baselineRows: u64 = 0;
export let duplicates: u64 = 0;
/** Bytes of the longest line that was copied out, with its prefix. */
export let longest: u32 = 0;
let changedOut: u64 = 0;
let addedOut: u64 = 0;

/** Call once. `expected` rows get their index at once; more make it grow. `all` copies out unchanged rows too, as changed. */
export function start(seedValue: u64, keys: u32, expected: u32, all: bool): void {
  seed = seedValue;
  keyFields = keys;
  emitSame = all;
  heapEnd = (__heap_base + 7) & ~7;
  blockLimit = 1 << 16;
  blocks = take(<usize>blockLimit * 4);
  let size: u32 = 1 << 16;
  while (size < expected + (expected >> 1)) size <<= 1;
  slots = take(<usize>size * 4);
  slotMask = size - 1;
  memory.fill(slots, 0, <usize>size * 4);
}

/** Where to write up to `size` bytes of input; what an earlier call wrote is kept only if the place did not move. */
export function input(size: u32): usize {
  if (<usize>size > inputSize) {
    inputSize = size;
    inputAt = take(size);
    outputSize = 2 * <usize>size + 65536;
    outputAt = take(outputSize);
  }
  return inputAt;
}

export function output(): usize {
  return outputAt;
}

/**
 * Takes in a stretch of a fingerprint segment: 24 bytes an entry, little-endian. Later entries win. In a segment the
 * lowest three bits of a row fingerprint are 0, or anything else for a row that the destination skipped.
 */
export function loadSegment(length: u32): void {
  const end = inputAt + length;
  for (let at = inputAt; at < end; at += ENTRY_BYTES) {
    const low = load64(at);
    const high = load64(at + 8);
    const told = load64(at + 16);
    const row = (told & ~STATE) | ((told & STATE) == 0 ? BASELINE : FOREIGN);
    const found = find(low, high);
    if (found != 0) {
      const entry = addressOf(found - 1);
      const had = (load64(entry + 16) & STATE) != ABSENT;
      if (row == REMOVED_MARK) {
        if (had) baselineRows--;
        store<u64>(entry + 16, ABSENT);
      } else {
        if (!had) baselineRows++;
        store<u64>(entry + 16, row);
      }
    } else if (row != REMOVED_MARK) {
      insert(low, high, row);
      baselineRows++;
    }
  }
}

/**
 * Goes through the complete lines of the input from `offset`; returns where it stopped: at the start of an incomplete
 * line, or earlier when the output is full.
 */
export function scan(offset: u32, length: u32): u32 {
  const end = inputAt + length;
  let line = inputAt + offset;
  outputLength = 0;
  while (line < end) {
    let at = line;
    let fields: u32 = 0;
    let fieldAt = line;
    let keyEnd: usize = 0;
    let nullKey = false;
    // Up to the end of the key, field by field.
    while (at < end) {
      const byte = load<u8>(at);
      if (byte == TAB || byte == LF) {
        if (at - fieldAt == 2 && load<u16>(fieldAt) == 0x4e5c) nullKey = true; // \N
        fields++;
        fieldAt = at + 1;
        if (fields == keyFields) keyEnd = at;
        if (fields == keyFields || byte == LF) break;
      }
      at++;
    }
    // The rest of the line, eight bytes at a time.
    at = findLineEnd(at, end);
    if (at >= end) break;
    const lineLength = at + 1 - line;
    if (<usize>outputLength + lineLength + PREFIX_BYTES > outputSize) break;
    queried++;
    if (nullKey || keyEnd == 0) invalid++;
    else classify(line, keyEnd, at);
    line = at + 1;
  }
  return <u32>(line - inputAt);
}

/**
 * Copies out the entries that the query no longer has, from entry `from`; returns the next one to ask for. `foreign`:
 * also those that the destination skipped, which is right only where nothing is removed for them.
 */
export function removed(from: u32, foreign: u32): u32 {
  outputLength = 0;
  let n = from;
  while (n < entries && <usize>outputLength + PREFIX_BYTES <= outputSize) {
    const entry = addressOf(n);
    const state = load64(entry + 16) & STATE;
    if (state == BASELINE || (foreign != 0 && state == FOREIGN)) {
      writeNumber(load64(entry), TAB);
      writeNumber(load64(entry + 8), LF);
    }
    n++;
  }
  return n;
}

/** Copies out the numbers of entries whose key came more than once. */
export function duplicateEntries(from: u32): u32 {
  outputLength = 0;
  let n = from;
  while (n < entries && <usize>outputLength + PREFIX_BYTES <= outputSize) {
    const state = load64(addressOf(n) + 16) & STATE;
    if (state == DUPLICATE || state == DUPLICATE_NEW) writeNumber(n, LF);
    n++;
  }
  return n;
}

/** Copies out every entry of the baseline as a segment has it, from entry `from`; for compaction, before any scan. */
export function dump(from: u32): u32 {
  outputLength = 0;
  let n = from;
  while (n < entries && <usize>outputLength + ENTRY_BYTES <= outputSize) {
    const entry = addressOf(n);
    const state = load64(entry + 16) & STATE;
    if (state == BASELINE || state == FOREIGN) {
      memory.copy(outputAt + outputLength, entry, ENTRY_BYTES);
      outputLength += <u32>ENTRY_BYTES;
    }
    n++;
  }
  return n;
}

function classify(line: usize, keyEnd: usize, lineEnd: usize): void {
  const low = xxh64(line, keyEnd - line, seed);
  const high = xxh64(line, keyEnd - line, seed ^ 0x9e3779b97f4a7c15);
  let row = xxh64(line, lineEnd - line, seed) & ~STATE;
  if (row <= UNKNOWN_MARK) row = 16;
  const found = find(low, high);
  if (found == 0) {
    const number = insert(low, high, row | ADDED);
    added++;
    emit(65, addedOut++, number, line, lineEnd);
    return;
  }
  const entry = addressOf(found - 1);
  const stored = load64(entry + 16);
  const state = stored & STATE;
  if (state == ABSENT) {
    store<u64>(entry + 16, row | ADDED);
    added++;
    emit(65, addedOut++, found - 1, line, lineEnd);
  } else if (state != BASELINE && state != FOREIGN) {
    markDuplicate(entry, stored, state);
  } else if ((stored & ~STATE) == row && !emitSame) {
    unchanged++;
    store<u64>(entry + 16, row | SAME);
  } else {
    changed++;
    store<u64>(entry + 16, row | CHANGED);
    // An unknown entry may hold the very values that are about to be compared with it: it is sent whatever they are.
    const kind: u8 = (stored & ~STATE) == UNKNOWN_MARK ? 85 : state == FOREIGN ? 70 : 67;
    emit(kind, changedOut++, found - 1, line, lineEnd);
  }
}

/** Every copy of a key that is there more than once is invalid, so the first one's class is taken back. */
function markDuplicate(entry: usize, stored: u64, state: u64): void {
  invalid++;
  if (state == DUPLICATE || state == DUPLICATE_NEW) return;
  invalid++;
  duplicates++;
  if (state == SAME) unchanged--;
  else if (state == CHANGED) changed--;
  else added--;
  store<u64>(entry + 16, (stored & ~STATE) | (state == ADDED ? DUPLICATE_NEW : DUPLICATE));
}

/** class (A added, C changed, U changed from unknown, F changed and skipped before) TAB number in class TAB entry TAB key fingerprint TAB TAB row fingerprint TAB line */
function emit(kind: u8, ordinal: u64, number: u32, line: usize, lineEnd: usize): void {
  const entry = addressOf(number);
  store<u8>(outputAt + outputLength, kind);
  store<u8>(outputAt + outputLength + 1, TAB);
  outputLength += 2;
  writeNumber(ordinal, TAB);
  writeNumber(number, TAB);
  writeNumber(load64(entry), TAB);
  writeNumber(load64(entry + 8), TAB);
  writeNumber(load64(entry + 16) & ~STATE, TAB);
  const length = lineEnd + 1 - line;
  memory.copy(outputAt + outputLength, line, length);
  outputLength += <u32>length;
  if (<usize>longest < length + PREFIX_BYTES) longest = <u32>(length + PREFIX_BYTES);
}

function writeNumber(value: u64, after: u8): void {
  let digits: usize = 1;
  for (let rest = value / 10; rest != 0; rest /= 10) digits++;
  let at = outputAt + outputLength + digits;
  store<u8>(at, after);
  let rest = value;
  for (let n: usize = 0; n < digits; n++) {
    at--;
    const next = rest / 10;
    store<u8>(at, 48 + <u8>(rest - next * 10));
    rest = next;
  }
  outputLength += <u32>(digits + 1);
}

function findLineEnd(from: usize, end: usize): usize {
  let at = from;
  while (at + 8 <= end) {
    const word = load64(at) ^ 0x0a0a0a0a0a0a0a0a;
    const hit = (word - 0x0101010101010101) & ~word & 0x8080808080808080;
    if (hit != 0) return at + (<usize>ctz(hit) >> 3);
    at += 8;
  }
  while (at < end && load<u8>(at) != LF) at++;
  return at;
}

/** Entry number + 1, or 0. */
function find(low: u64, high: u64): u32 {
  let slot = <u32>low & slotMask;
  let number = load<u32>(slots + (<usize>slot << 2));
  while (number != 0) {
    const entry = addressOf(number - 1);
    if (load64(entry) == low && load64(entry + 8) == high) break;
    slot = (slot + 1) & slotMask;
    number = load<u32>(slots + (<usize>slot << 2));
  }
  return number;
}

function insert(low: u64, high: u64, row: u64): u32 {
  if (entries + 1 > (slotMask >> 2) * 3) growSlots();
  const number = entries++;
  const block = number >> BLOCK_ENTRIES_LOG;
  if ((number & ((1 << BLOCK_ENTRIES_LOG) - 1)) == 0) store<u32>(blocks + (<usize>block << 2), <u32>take(BLOCK_BYTES));
  const entry = addressOf(number);
  store<u64>(entry, low);
  store<u64>(entry + 8, high);
  store<u64>(entry + 16, row);
  place(low, number + 1);
  return number;
}

function place(low: u64, value: u32): void {
  let slot = <u32>low & slotMask;
  while (load<u32>(slots + (<usize>slot << 2)) != 0) slot = (slot + 1) & slotMask;
  store<u32>(slots + (<usize>slot << 2), value);
}

/** The old index is left behind: all of them together are no larger than the new one. */
function growSlots(): void {
  const size = (slotMask + 1) << 1;
  slots = take(<usize>size * 4);
  slotMask = size - 1;
  memory.fill(slots, 0, <usize>size * 4);
  for (let n: u32 = 0; n < entries; n++) place(load64(addressOf(n)), n + 1);
}

// @ts-ignore: decorator
@inline
function addressOf(number: u32): usize {
  const block = load<u32>(blocks + (<usize>(number >> BLOCK_ENTRIES_LOG) << 2));
  return <usize>block + <usize>(number & ((1 << BLOCK_ENTRIES_LOG) - 1)) * ENTRY_BYTES;
}

// @ts-ignore: decorator
@inline
function load64(at: usize): u64 {
  return load<u64>(at);
}

function take(bytes: usize): usize {
  const at = heapEnd;
  heapEnd = (at + bytes + 7) & ~7;
  const pages = <i32>((heapEnd + PAGE - 1) / PAGE) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
  return at;
}

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: decorator
@inline
function round(acc: u64, lane: u64): u64 {
  return rotl(acc + lane * P2, 31) * P1;
}

// @ts-ignore: decorator
@inline
function merge(acc: u64, lane: u64): u64 {
  return (acc ^ round(0, lane)) * P1 + P4;
}

/** Exported for its test against published values. */
export function xxh64(from: usize, length: usize, withSeed: u64): u64 {
  const end = from + length;
  let at = from;
  let hash: u64;
  if (length >= 32) {
    let a = withSeed + P1 + P2;
    let b = withSeed + P2;
    let c = withSeed;
    let d = withSeed - P1;
    for (; at + 32 <= end; at += 32) {
      a = round(a, load64(at));
      b = round(b, load64(at + 8));
      c = round(c, load64(at + 16));
      d = round(d, load64(at + 24));
    }
    hash = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
    hash = merge(merge(merge(merge(hash, a), b), c), d);
  } else hash = withSeed + P5;
  hash += <u64>length;
  for (; at + 8 <= end; at += 8) hash = rotl(hash ^ round(0, load64(at)), 27) * P1 + P4;
  if (at + 4 <= end) {
    hash = rotl(hash ^ (<u64>load<u32>(at) * P1), 23) * P2 + P3;
    at += 4;
  }
  for (; at < end; at++) hash = rotl(hash ^ (<u64>load<u8>(at) * P5), 11) * P1;
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return hash ^ (hash >> 32);
}
