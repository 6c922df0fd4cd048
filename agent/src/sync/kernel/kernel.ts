// The fingerprint kernel, compiled to WebAssembly by AssemblyScript. Rows stream through it as bytes; what the baseline
// has is counted and dropped here, the rest is copied out. See ../fingerprint-kernel.ts for its use.
//
// A row's key is its first `keyFields` fields. Key fingerprint: XXH64 of the key's bytes under two seeds (128 bits).
// Row fingerprint: XXH64 of the whole line without its lowest three bits (61 bits), which are given to marks.
//
// The baseline streams past the query (window.ts). A row of the query that is not found there is *fresh*: added, or
// only out of place. When the query is over, the baseline streams past the fresh rows once more and says which.
import { Area, LF, TAB } from './area';
import { load64, take, takeZeroed } from './memory';
import { ENTRY_BYTES, Table } from './table';
import {
  CHANGED,
  NOWHERE,
  SAME,
  TWICE,
  UNSEEN,
  ahead,
  append,
  isLost,
  match,
  openWindow,
  restart,
  rowAt,
  see,
  seenOf,
  wanted as wantedRows,
} from './window';
import { xxh64 as hash } from './xxh64';

const MARKS: u64 = 7;
/** Mark of a row that the destination skipped: compared, and never called removed. */
const FOREIGN: u64 = 1;
/** Mark of an override that was given in the place of what it overrides. */
const GIVEN: u64 = 4;
// Row fingerprints with a meaning of their own. No row ever has one of them.
const REMOVED_ROW: u64 = 0;
const UNKNOWN_ROW: u64 = 8;

// What becomes of a fresh row; kept in the marks of its row fingerprint.
const ADDED: u64 = 0;
const KNOWN: u64 = 1;
const DIFFERENT: u64 = 2;
const DIFFERENT_UNKNOWN: u64 = 3;
const DIFFERENT_FOREIGN: u64 = 4;
const REPEATED: u64 = 5;

// What the baseline is streamed for.
const TO_WINDOW: u32 = 0;
const TO_RESOLVE: u32 = 1;
const TO_PARTITIONS: u32 = 2;

/** Longest prefix that a copied-out line gets: class, numbers and tabs. */
const PREFIX_BYTES: usize = 110;
/** An entry with a number. */
const NUMBERED_BYTES: usize = 32;
/** Overrides that are given in one go. */
const GO: u32 = 32768;
/** The query waits for more of the baseline when so few rows of it are ahead. */
const LEAST_AHEAD: u32 = 512;

/** JavaScript appends the bytes to a partition's file. */
// @ts-ignore: decorator
@external("env", "flush")
declare function flush(partition: u32, at: usize, length: u32): void;

let seed: u64 = 0;
let keyFields: u32 = 1;
let emitSame: bool = false;
let givesForeign: bool = false;

let inputAt: usize = 0;
let inputSize: usize = 0;
/** Entries come in beside the lines: the baseline is streamed while lines wait. */
let entriesAt: usize = 0;
const ENTRIES_BYTES: usize = 1 << 20;
let areas: usize = 0;
let addedOut: Area = changetype<Area>(0);
let changedOut: Area = changetype<Area>(0);
let freshOut: Area = changetype<Area>(0);
let twiceOut: Area = changetype<Area>(0);
let plainOut: Area = changetype<Area>(0);

let overrides: Table = changetype<Table>(0);
let overrideSegments: usize = 0;
let fresh: Table = changetype<Table>(0);
let freshMost: u32 = 0;
let filter: usize = 0;
const FILTER_MASK: u64 = (1 << 19) - 1;
let freshNumbers: usize = 0;
let verdicts: usize = 0;
let partitionBits: u32 = 0;
let partitionAt: usize = 0;
let partitionUsed: usize = 0;
const AREAS: u32 = 5;
const PARTITION_BYTES: usize = 32768;

export let queried: u64 = 0;
export let unchanged: u64 = 0;
export let changed: u64 = 0;
export let added: u64 = 0;
export let invalid: u64 = 0;
/** Keys that came more than once. */
export let repeated: u64 = 0;
/** Rows that were copied out as fresh. */
export let freshRows: u32 = 0;
/** Fresh rows that are not to be added after all. */
export let misplaced: u32 = 0;
/** Bytes of the longest line that was copied out, with its prefix. */
export let longest: u32 = 0;
/** Rows of the baseline that streamed past since the last `rewind`. */
export let streamed: u32 = 0;
/** The scan stopped because more of the baseline has to be streamed first. */
export let isStarved: bool = false;
/** Fresh rows are more than fit: their keys are compared partition by partition. */
export let isOverfull: bool = false;
let changedNumber: u64 = 0;
let rewritten: u32 = 0;
let rewrittenAdded: u64 = 0;

/** Call once. `all` copies out unchanged rows too, as changed; `foreign` calls rows removed that the destination skipped. */
export function start(
  seedValue: u64,
  keys: u32,
  rows: u32,
  windowRows: u32,
  freshRows: u32,
  overrideRows: u32,
  all: bool,
  foreign: bool,
): void {
  seed = seedValue;
  keyFields = keys;
  emitSame = all;
  givesForeign = foreign;
  areas = take(AREAS * 4);
  addedOut = makeArea(0);
  changedOut = makeArea(1);
  freshOut = makeArea(2);
  twiceOut = makeArea(3);
  plainOut = makeArea(4);
  entriesAt = take(ENTRIES_BYTES);
  openWindow(rows, windowRows);
  overrides = Table.make(overrideRows);
  overrideSegments = take(<usize>overrideRows * 4);
  freshMost = freshRows;
  fresh = Table.make(1024);
}

function makeArea(n: u32): Area {
  const area = Area.make();
  store<u32>(areas + (<usize>n << 2), <u32>changetype<usize>(area));
  return area;
}

function areaOf(n: u32): Area {
  return changetype<Area>(<usize>load<u32>(areas + (<usize>n << 2)));
}

/** Where to write up to `size` bytes of input; what an earlier call wrote is kept only if the place did not move. */
export function input(size: u32): usize {
  if (<usize>size > inputSize) {
    inputSize = size;
    inputAt = take(size);
    for (let n: u32 = 0; n < AREAS; n++) areaOf(n).grow(2 * <usize>size + 65536);
  }
  return inputAt;
}

/** Where to write entries: at most 1 MiB. */
export function entriesInput(): usize {
  return entriesAt;
}

/** Areas: 0 lines of added rows, 1 of changed rows, 2 entries of the added, 3 keys that came twice, 4 all else. */
export function areaAt(n: u32): usize {
  return areaOf(n).at;
}

export function areaLength(n: u32): u32 {
  return <u32>areaOf(n).length;
}

export function emptyAreas(): void {
  for (let n: u32 = 0; n < AREAS; n++) areaOf(n).length = 0;
}

/** Takes in a stretch of a segment that says something new of rows of earlier ones; later calls win. */
export function loadOverrides(length: u32, segment: u32): void {
  for (let at = entriesAt; at < entriesAt + length; at += ENTRY_BYTES) {
    let number = overrides.find(load64(at), load64(at + 8));
    const row = toldRow(load64(at + 16));
    if (number == 0) number = overrides.insert(load64(at), load64(at + 8), row) + 1;
    else store<u64>(overrides.at(number - 1) + 16, row);
    store<u32>(overrideSegments + (<usize>(number - 1) << 2), segment);
  }
}

/** The baseline is streamed from its start again. */
export function rewind(): void {
  restart();
  streamed = 0;
  for (let n: u32 = 0; n < overrides.count; n++) {
    const entry = overrides.at(n);
    store<u64>(entry + 16, load64(entry + 16) & ~GIVEN);
  }
}

/** Streams entries of a segment, as far as no later one overrides them, to where they are wanted. */
export function stream(length: u32, segment: u32, to: u32): void {
  for (let at = entriesAt; at < entriesAt + length; at += ENTRY_BYTES) {
    const low = load64(at);
    const high = load64(at + 8);
    let row = toldRow(load64(at + 16));
    if (overrides.count != 0) {
      const number = overrides.find(low, high);
      if (number != 0 && load<u32>(overrideSegments + (<usize>(number - 1) << 2)) > segment) {
        const entry = overrides.at(number - 1);
        row = load64(entry + 16);
        if (row == REMOVED_ROW || (row & GIVEN) != 0) continue;
        store<u64>(entry + 16, row | GIVEN);
      }
    }
    give(low, high, row, to);
  }
}

/** Streams overrides from number `from` that had nothing to override; returns the next one to ask for. */
export function streamRest(from: u32, to: u32): u32 {
  const end = min<u32>(from + GO, overrides.count);
  for (let n = from; n < end; n++) {
    const entry = overrides.at(n);
    const row = load64(entry + 16);
    if (row == REMOVED_ROW || (row & GIVEN) != 0) continue;
    store<u64>(entry + 16, row | GIVEN);
    give(load64(entry), load64(entry + 8), row, to);
  }
  return end;
}

export function overrideCount(): u32 {
  return overrides.count;
}

/** How many more rows of the baseline the window takes now. */
export function wanted(): u32 {
  return wantedRows();
}

/**
 * Goes through the complete lines of the input from `offset`; returns where it stopped: at the start of an incomplete
 * line, or earlier when an area is full or, if there is `more` of the baseline, when that has to come first.
 */
export function scan(offset: u32, length: u32, more: bool): u32 {
  const end = inputAt + length;
  let line = inputAt + offset;
  isStarved = false;
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
    if (at >= end || !hasRoom(at + 1 - line)) break;
    if (more && (ahead() < LEAST_AHEAD || isLost())) {
      isStarved = true;
      break;
    }
    queried++;
    if (nullKey || keyEnd == 0) invalid++;
    else classify(line, keyEnd, at);
    line = at + 1;
  }
  return <u32>(line - inputAt);
}

function hasRoom(lineBytes: usize): bool {
  const bytes = lineBytes + PREFIX_BYTES;
  return (
    addedOut.hasRoom(bytes) &&
    changedOut.hasRoom(bytes) &&
    freshOut.hasRoom(ENTRY_BYTES) &&
    twiceOut.hasRoom(PREFIX_BYTES)
  );
}

function classify(line: usize, keyEnd: usize, lineEnd: usize): void {
  const low = hash(line, keyEnd - line, seed);
  const high = hash(line, keyEnd - line, seed ^ 0x9e3779b97f4a7c15);
  let row = hash(line, lineEnd - line, seed) & ~MARKS;
  if (row <= UNKNOWN_ROW) row = 16;
  const number = match(low, high);
  if (number == NOWHERE) return keepFresh(low, high, row, line, lineEnd);
  const state = seenOf(number);
  if (state != UNSEEN) return repeatSeen(number, low, high);
  const former = rowAt(number);
  if ((former & ~MARKS) == row && !emitSame) {
    unchanged++;
    see(number, SAME);
    return;
  }
  changed++;
  see(number, CHANGED);
  changedOut.byte(classOf(former));
  changedOut.byte(TAB);
  writeLine(changedOut, changedNumber++, low, high, row, line, lineEnd);
}

/** Every copy of a key that is there more than once is invalid, so the first one's class is taken back. */
function repeatSeen(number: u32, low: u64, high: u64): void {
  invalid++;
  const state = seenOf(number);
  if (state == TWICE) return;
  invalid++;
  if (state == SAME) unchanged--;
  else changed--;
  see(number, TWICE);
  tellRepeated(low, high);
}

function tellRepeated(low: u64, high: u64): void {
  repeated++;
  twiceOut.number(low, TAB);
  twiceOut.number(high, LF);
}

function keepFresh(low: u64, high: u64, row: u64, line: usize, lineEnd: usize): void {
  if (!isOverfull && fresh.count == freshMost) isOverfull = true;
  if (!isOverfull) {
    const found = fresh.find(low, high);
    if (found != 0) return repeatFresh(found - 1, low, high);
    fresh.insert(low, high, row);
  }
  added++;
  writeLine(addedOut, freshRows++, low, high, row, line, lineEnd);
  freshOut.word(low);
  freshOut.word(high);
  freshOut.word(row);
}

function repeatFresh(number: u32, low: u64, high: u64): void {
  invalid++;
  if (verdictIn(number) == REPEATED) return;
  invalid++;
  added--;
  judge(number, REPEATED);
  tellRepeated(low, high);
}

/** An unknown entry may hold the very values that are about to be compared with it: it is sent whatever they are. */
function classOf(former: u64): u8 {
  if ((former & ~MARKS) == UNKNOWN_ROW) return 85; // U
  return (former & FOREIGN) != 0 ? 70 : 67; // F, C
}

/** number TAB key fingerprint TAB TAB row fingerprint TAB line */
function writeLine(to: Area, number: u64, low: u64, high: u64, row: u64, line: usize, lineEnd: usize): void {
  to.number(number, TAB);
  to.number(low, TAB);
  to.number(high, TAB);
  to.number(row, TAB);
  const length = lineEnd + 1 - line;
  to.copy(line, length);
  if (<usize>longest < length + PREFIX_BYTES) longest = <u32>(length + PREFIX_BYTES);
}

// The query is over: what of the fresh rows does the baseline have?

/** Makes ready for `stream(…, TO_RESOLVE)`. */
export function prepareToResolve(): void {
  filter = takeZeroed(<usize>(FILTER_MASK + 1) >> 3);
  fillFilter();
}

function fillFilter(): void {
  memory.fill(filter, 0, <usize>(FILTER_MASK + 1) >> 3);
  for (let n: u32 = 0; n < fresh.count; n++) {
    const bit = load64(fresh.at(n)) & FILTER_MASK;
    const place = filter + <usize>(bit >> 3);
    store<u8>(place, load<u8>(place) | (<u8>1 << <u8>(bit & 7)));
  }
}

function give(low: u64, high: u64, row: u64, to: u32): void {
  const number = streamed++;
  if (to == TO_WINDOW) append(low, high, row);
  else if (to == TO_RESOLVE) resolve(number, low, high, row);
  else toPartition(low, high, row, number);
}

function resolve(number: u32, low: u64, high: u64, row: u64): void {
  const bit = low & FILTER_MASK;
  if ((load<u8>(filter + <usize>(bit >> 3)) & (<u8>1 << <u8>(bit & 7))) != 0) {
    const found = fresh.find(low, high);
    if (found != 0) meet(number, found - 1, row);
  }
  if (seenOf(number) != UNSEEN || ((row & FOREIGN) != 0 && !givesForeign)) return;
  plainOut.number(low, TAB);
  plainOut.number(high, LF);
}

/** A row of the baseline and the fresh row with its key. */
function meet(number: u32, freshNumber: u32, former: u64): void {
  const entry = fresh.at(freshNumber);
  const state = seenOf(number);
  if (verdictIn(freshNumber) == REPEATED) {
    if (state == SAME || state == CHANGED) takeBack(state);
    see(number, TWICE);
  } else if (state == UNSEEN) {
    added--;
    misplaced++;
    if ((former & ~MARKS) == (load64(entry + 16) & ~MARKS) && !emitSame) {
      unchanged++;
      see(number, SAME);
      judge(freshNumber, KNOWN);
    } else {
      changed++;
      see(number, CHANGED);
      const kind = classOf(former);
      judge(freshNumber, kind == 85 ? DIFFERENT_UNKNOWN : kind == 70 ? DIFFERENT_FOREIGN : DIFFERENT);
    }
  } else {
    added--;
    invalid++;
    judge(freshNumber, REPEATED);
    if (state == TWICE) return;
    takeBack(state);
    see(number, TWICE);
    tellRepeated(load64(entry), load64(entry + 8));
  }
}

function takeBack(state: u32): void {
  invalid++;
  if (state == SAME) unchanged--;
  else changed--;
}

// @ts-ignore: decorator
@inline
function verdictIn(freshNumber: u32): u64 {
  return load64(fresh.at(freshNumber) + 16) & MARKS;
}

function judge(freshNumber: u32, verdict: u64): void {
  const entry = fresh.at(freshNumber);
  store<u64>(entry + 16, (load64(entry + 16) & ~MARKS) | verdict);
  if (verdict == REPEATED) misplaced++;
  if (verdicts != 0) setVerdict(load<u32>(freshNumbers + (<usize>freshNumber << 2)), verdict);
}

/** Copies out again the lines of added rows, as what they turned out to be; entries likewise. */
export function rewrite(offset: u32, length: u32): u32 {
  const end = inputAt + length;
  let line = inputAt + offset;
  while (line < end) {
    const lineEnd = findLineEnd(line, end);
    if (lineEnd >= end || !hasRoom(lineEnd + 1 - line)) break;
    rewriteLine(line, lineEnd, verdictOf(rewritten++));
    line = lineEnd + 1;
  }
  return <u32>(line - inputAt);
}

function rewriteLine(line: usize, lineEnd: usize, verdict: u64): void {
  if (verdict == KNOWN || verdict == REPEATED) return;
  numberAt = afterNumber(line);
  const low = readNumber();
  const high = readNumber();
  const row = readNumber();
  if (verdict == ADDED) {
    writeLine(addedOut, rewrittenAdded++, low, high, row, numberAt, lineEnd);
    freshOut.word(low);
    freshOut.word(high);
    freshOut.word(row);
    return;
  }
  changedOut.byte(verdict == DIFFERENT ? 67 : verdict == DIFFERENT_UNKNOWN ? 85 : 70);
  changedOut.byte(TAB);
  writeLine(changedOut, changedNumber++, low, high, row, numberAt, lineEnd);
}

let numberAt: usize = 0;

function afterNumber(at: usize): usize {
  while (load<u8>(at) != TAB) at++;
  return at + 1;
}

function readNumber(): u64 {
  let value: u64 = 0;
  for (let byte = load<u8>(numberAt); byte != TAB; byte = load<u8>(++numberAt))
    value = value * 10 + <u64>(byte - 48);
  numberAt++;
  return value;
}

function verdictOf(number: u32): u64 {
  if (verdicts == 0) return verdictIn(number);
  return (load<u8>(verdicts + <usize>(number >> 1)) >> <u8>((number & 1) << 2)) & 15;
}

function setVerdict(number: u32, verdict: u64): void {
  const place = verdicts + <usize>(number >> 1);
  const shift = <u8>((number & 1) << 2);
  store<u8>(place, (load<u8>(place) & ~(<u8>15 << shift)) | (<u8>verdict << shift));
}

// More fresh rows than fit: they and the baseline are cut into partitions by key, which are compared one by one.

/** `bits`: there are 2^bits partitions. */
export function openPartitions(bits: u32): void {
  partitionBits = bits;
  if (partitionAt == 0) {
    partitionAt = take(PARTITION_BYTES << bits);
    partitionUsed = takeZeroed(4 << bits);
    verdicts = takeZeroed(<usize>(freshRows >> 1) + 8);
    freshNumbers = take(<usize>freshMost * 4);
  }
  // What came twice before they were too many was not copied out twice.
  for (let n: u32 = 0; n < fresh.count; n++)
    if ((load64(fresh.at(n) + 16) & MARKS) == REPEATED) setVerdict(n, REPEATED);
}

/** Entries of fresh rows, the first of which has number `from`. */
export function partition(length: u32, from: u32): void {
  for (let at = entriesAt; at < entriesAt + length; at += ENTRY_BYTES)
    toPartition(load64(at), load64(at + 8), load64(at + 16), from++);
}

function toPartition(low: u64, high: u64, row: u64, number: u32): void {
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

export function beginPartition(): void {
  fresh.clear();
}

/** False when the partition has more rows than fit. */
export function loadPartition(length: u32): bool {
  for (let at = entriesAt; at < entriesAt + length; at += NUMBERED_BYTES) {
    const low = load64(at);
    const high = load64(at + 8);
    const number = load<u32>(at + 24);
    const verdict = verdictOf(number);
    const found = fresh.find(low, high);
    if (found == 0) {
      if (fresh.count == freshMost) return false;
      const place = fresh.insert(low, high, load64(at + 16) | verdict);
      store<u32>(freshNumbers + (<usize>place << 2), number);
    } else repeatLoaded(found - 1, number, verdict);
  }
  return true;
}

/** Two copies of a key that were both copied out as added; what was told of one already was counted then. */
function repeatLoaded(first: u32, number: u32, verdict: u64): void {
  const isTold = verdict == REPEATED || verdictIn(first) == REPEATED;
  if (verdict != REPEATED) {
    added--;
    invalid++;
    misplaced++;
    setVerdict(number, REPEATED);
  }
  if (verdictIn(first) != REPEATED) {
    added--;
    invalid++;
    judge(first, REPEATED);
  }
  if (!isTold) tellRepeated(load64(fresh.at(first)), load64(fresh.at(first) + 8));
}

export function endPartitionLoad(): void {
  fillFilter();
}

export function resolvePartition(length: u32): void {
  for (let at = entriesAt; at < entriesAt + length; at += NUMBERED_BYTES)
    resolve(load<u32>(at + 24), load64(at), load64(at + 8), load64(at + 16));
}

function toldRow(told: u64): u64 {
  return (told & ~MARKS) | ((told & MARKS) == 0 ? 0 : FOREIGN);
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

/** For its test against published values. */
export function xxh64(from: usize, length: usize, withSeed: u64): u64 {
  return hash(from, length, withSeed);
}
