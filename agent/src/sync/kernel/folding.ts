// What later segments of a baseline say of the entries of earlier ones, put into the places of those. Compiled to
// WebAssembly by AssemblyScript; see ../folding.ts for its use and for what the steps are.
import { Area } from './area';
import { GIVEN, MARKS, REMOVED_ROW, toldRow } from './marks';
import { load64, take, takeZeroed } from './memory';
import { ENTRY_BYTES, Table } from './table';

/** Nothing later says anything of an entry. No row fingerprint has these marks. */
const KEPT: u64 = MARKS;

/** A spilled entry: key (16), row (8), place (4) and segment (4). */
const SPILLED_BYTES: usize = 32;
/** What becomes of a place: the place (8) and the row there (8). */
const VERDICT_BYTES: usize = 16;
const BUFFER_BYTES: usize = 32768;
const ENTRIES_BYTES: usize = 1 << 20;
/** Overrides that are given in one go. */
const GO: u32 = 32768;

/** JavaScript appends the bytes to file `n` of those that are written just now. */
// @ts-ignore: decorator
@external("env", "flush")
declare function flush(n: u32, at: usize, length: u32): void;

let most: u32 = 0;
let entriesAt: usize = 0;
let out: Area = changetype<Area>(0);
let overrides: Table = changetype<Table>(0);
let overrideSegments: usize = 0;
let survivors: usize = 0;

let bits: u32 = 0;
let buffers: usize = 0;
let buffered: usize = 0;
let bufferCount: u32 = 0;
let place: u32 = 0;
let stretchRows: u32 = 0;
let stretch: usize = 0;
let inStretch: u32 = 0;

/** Call once. Overrides by key are in memory `mostOverrides` at a time. */
export function start(mostOverrides: u32, segments: u32): void {
  most = mostOverrides;
  entriesAt = take(ENTRIES_BYTES);
  out = Area.make();
  out.grow(ENTRIES_BYTES);
  overrides = Table.make(mostOverrides);
  overrideSegments = take(<usize>mostOverrides * 4);
  survivors = takeZeroed(<usize>segments * 4);
}

/** Where to write entries: at most 1 MiB. */
export function entriesInput(): usize {
  return entriesAt;
}

export function outAt(): usize {
  return out.at;
}

/** Bytes of entries that came out since it was emptied. */
export function outLength(): u32 {
  return <u32>out.length;
}

export function emptyOut(): void {
  out.length = 0;
}

/** Entries of a segment that count in the end, wherever they stand. */
export function survivorsOf(segment: u32): u32 {
  return load<u32>(survivors + (<usize>segment << 2));
}

/** Takes in overrides; those of later segments come later. False when they are more than fit. */
export function loadOverrides(length: u32, segment: u32): bool {
  for (let at = entriesAt; at < entriesAt + length; at += ENTRY_BYTES)
    if (!keep(load64(at), load64(at + 8), load64(at + 16), segment)) return false;
  return true;
}

export function loadSpilled(length: u32): bool {
  for (let at = entriesAt; at < entriesAt + length; at += SPILLED_BYTES)
    if (!keep(load64(at), load64(at + 8), load64(at + 16), segmentAt(at))) return false;
  return true;
}

export function forgetOverrides(): void {
  overrides.clear();
}

function keep(low: u64, high: u64, told: u64, segment: u32): bool {
  let number = overrides.find(low, high);
  if (number == 0) {
    if (overrides.count == most) return false;
    number = overrides.insert(low, high, toldRow(told)) + 1;
  } else store<u64>(overrides.at(number - 1) + 16, toldRow(told));
  store<u32>(overrideSegments + (<usize>(number - 1) << 2), segment);
  return true;
}

/** All overrides are in memory: gives entries as they are to be. */
export function merge(length: u32, segment: u32): void {
  for (let at = entriesAt; at < entriesAt + length; at += ENTRY_BYTES) {
    const row = rowFor(load64(at), load64(at + 8), segment);
    if (row != REMOVED_ROW) give(load64(at), load64(at + 8), row == KEPT ? toldRow(load64(at + 16)) : row);
  }
}

/** Gives overrides from number `from` that had nothing to override; returns the next one to ask for. */
export function giveRest(from: u32): u32 {
  const end = min<u32>(from + GO, overrides.count);
  for (let n = from; n < end; n++) {
    const entry = overrides.at(n);
    const row = load64(entry + 16);
    if (row == REMOVED_ROW || (row & GIVEN) != 0) continue;
    survive(segmentOf(n));
    give(load64(entry), load64(entry + 8), row);
  }
  return end;
}

export function overrideCount(): u32 {
  return overrides.count;
}

/** What stands in the place of an entry: KEPT, REMOVED_ROW or the row of what overrides it. */
function rowFor(low: u64, high: u64, segment: u32): u64 {
  const found = overrides.find(low, high);
  const winner: u32 = found == 0 ? 0 : segmentOf(found - 1);
  if (found == 0 || winner <= segment) {
    survive(segment);
    return KEPT;
  }
  const entry = overrides.at(found - 1);
  const row = load64(entry + 16);
  // A key that was taken out and came again has several places: the first is its own.
  if (row == REMOVED_ROW || (row & GIVEN) != 0) return REMOVED_ROW;
  store<u64>(entry + 16, row | GIVEN);
  survive(winner);
  return row;
}

function give(low: u64, high: u64, row: u64): void {
  out.word(low);
  out.word(high);
  out.word(row);
}

function survive(segment: u32): void {
  const at = survivors + (<usize>segment << 2);
  store<u32>(at, load<u32>(at) + 1);
}

// More overrides than fit.

/** Ready to write up to `files` files at once. `keyBits`: entries are spilled to 2^keyBits of them, by key. */
export function openSpill(keyBits: u32, files: u32, rowsOfStretch: u32): void {
  bits = keyBits;
  bufferCount = files;
  buffers = take(<usize>files * BUFFER_BYTES);
  buffered = takeZeroed(<usize>files * 4);
  stretchRows = rowsOfStretch;
  stretch = take(<usize>rowsOfStretch * 8);
}

/** Spills entries of a segment by key, with their places: those of entries that are overridden count from 0 on. */
export function spill(length: u32, segment: u32, first: u32): void {
  place = first;
  for (let at = entriesAt; at < entriesAt + length; at += ENTRY_BYTES) {
    const high = load64(at + 8);
    const to = roomIn(bits == 0 ? 0 : <u32>(high >> (64 - bits)), SPILLED_BYTES);
    store<u64>(to, load64(at));
    store<u64>(to + 8, high);
    store<u64>(to + 16, load64(at + 16));
    store<u32>(to + 24, place++);
    store<u32>(to + 28, segment);
  }
}

/** The overrides of some keys are in memory: spills what becomes of the places of those keys, by place. */
export function settle(length: u32): void {
  for (let at = entriesAt; at < entriesAt + length; at += SPILLED_BYTES) {
    const row = rowFor(load64(at), load64(at + 8), segmentAt(at));
    if (row == KEPT) continue;
    const number = load<u32>(at + 24);
    const to = roomIn(number / stretchRows, VERDICT_BYTES);
    store<u64>(to, number % stretchRows);
    store<u64>(to + 8, row);
  }
}

/** What was spilled is in the files. */
export function endSpill(): void {
  for (let n: u32 = 0; n < bufferCount; n++) {
    const used = load<u32>(buffered + (<usize>n << 2));
    if (used > 0) flush(n, buffers + <usize>n * BUFFER_BYTES, used);
    store<u32>(buffered + (<usize>n << 2), 0);
  }
}

function roomIn(n: u32, bytes: usize): usize {
  let used = <usize>load<u32>(buffered + (<usize>n << 2));
  const at = buffers + <usize>n * BUFFER_BYTES;
  if (used + bytes > BUFFER_BYTES) {
    flush(n, at, <u32>used);
    used = 0;
  }
  store<u32>(buffered + (<usize>n << 2), <u32>(used + bytes));
  return at + used;
}

/** The next stretch of places begins. */
export function openStretch(): void {
  inStretch = 0;
  for (let n: u32 = 0; n < stretchRows; n++) store<u64>(stretch + (<usize>n << 3), KEPT);
}

export function loadVerdicts(length: u32): void {
  for (let at = entriesAt; at < entriesAt + length; at += VERDICT_BYTES)
    store<u64>(stretch + (<usize>load64(at) << 3), load64(at + 8));
}

/** Gives the next entries of the stretch as they are to be. */
export function fill(length: u32): void {
  for (let at = entriesAt; at < entriesAt + length; at += ENTRY_BYTES) {
    const row = load64(stretch + (<usize>inStretch << 3));
    inStretch++;
    if (row != REMOVED_ROW) give(load64(at), load64(at + 8), row == KEPT ? toldRow(load64(at + 16)) : row);
  }
}

// @ts-ignore: decorator
@inline
function segmentOf(number: u32): u32 {
  return load<u32>(overrideSegments + (<usize>number << 2));
}

// @ts-ignore: decorator
@inline
function segmentAt(spilled: usize): u32 {
  return load<u32>(spilled + 28);
}
