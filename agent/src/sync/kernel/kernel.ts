// The fingerprint kernel, compiled to WebAssembly by AssemblyScript. Rows stream through it as bytes; what the baseline
// has is counted and dropped here, the rest is copied out. See ../fingerprint-kernel.ts for its use.
//
// A row's key is its first `keyFields` fields. Key fingerprint: XXH64 of the key's bytes under two seeds (128 bits).
// Row fingerprint: XXH64 of the whole line without its lowest three bits (61 bits), which are given to marks.
//
// The baseline streams past the query (window.ts). A row of the query that is not found there is *fresh*: added, or
// only out of place. When the query is over, the baseline streams past the fresh rows once more and says which.
import { LF, TAB } from './area';
import {
  addedOut,
  areaAt,
  areaLength,
  changedOut,
  emptyAreas,
  entriesAt,
  entriesInput,
  freshOut,
  input,
  inputAt,
  openExchange,
  plainOut,
  twiceOut,
} from './exchange';
import {
  ADDED,
  ALIKE,
  ALIKE_FOREIGN,
  DIFFERENT,
  DIFFERENT_FOREIGN,
  DIFFERENT_UNKNOWN,
  KNOWN,
  REPEATED,
  fillFilter,
  findFresh,
  fresh,
  freshMost,
  holdSome,
  numberFresh,
  openFresh,
  setVerdict,
  setVerdictIn,
  verdictIn,
  verdictOf,
} from './fresh';
import { findLineEnd, numberAt, readNumber, skipNumber } from './lines';
import { hasRoom, longest, writeLine } from './lines-out';
import { FOREIGN, MARKS, REMOVED_ROW, UNKNOWN_ROW } from './marks';
import { load64 } from './memory';
import * as overrides from './overrides';
import { NUMBERED_BYTES, cutInto, cutUp, flushPartitions, toPartition } from './partitions';
import { ENTRY_BYTES } from './table';
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

// What the baseline is streamed for.
const TO_WINDOW: u32 = 0;
const TO_RESOLVE: u32 = 1;
const TO_PARTITIONS: u32 = 2;

/** Overrides that are given in one go. */
const GO: u32 = 32768;
/** The query waits for more of the baseline when so few rows of it are ahead. */
const LEAST_AHEAD: u32 = 512;

let seed: u64 = 0;
let keyFields: u32 = 1;
let emitSame: bool = false;
let givesForeign: bool = false;

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
  openExchange();
  openWindow(rows, windowRows);
  overrides.open(overrideRows);
  openFresh(freshRows);
}

export { areaAt, areaLength, emptyAreas, entriesInput, flushPartitions, input, longest };

export function overrideCount(): u32 {
  return overrides.count();
}

/** Takes in a stretch of a segment that says something new of rows of earlier ones; later calls win. */
export function loadOverrides(length: u32, segment: u32): void {
  overrides.takeIn(entriesAt, length, segment);
}

/** The baseline is streamed from its start again. */
export function rewind(): void {
  restart();
  streamed = 0;
  overrides.forgetGiven();
}

/** Streams entries of a segment, as far as no later one overrides them, to where they are wanted. */
export function stream(length: u32, segment: u32, to: u32): void {
  for (let at = entriesAt; at < entriesAt + length; at += ENTRY_BYTES) {
    const low = load64(at);
    const high = load64(at + 8);
    const row = overrides.latestRow(low, high, load64(at + 16), segment);
    if (row != REMOVED_ROW) give(low, high, row, to);
  }
}

/** Streams overrides from number `from` that had nothing to override; returns the next one to ask for. */
export function streamRest(from: u32, to: u32): u32 {
  const end = min<u32>(from + GO, overrides.count());
  for (let n = from; n < end; n++) {
    const row = overrides.give(n);
    const entry = overrides.at(n);
    if (row != REMOVED_ROW) give(load64(entry), load64(entry + 8), row, to);
  }
  return end;
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
  changedOut.byte(letterOf(standingOf(former, row)));
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
function standingOf(former: u64, row: u64): u64 {
  if ((former & ~MARKS) == UNKNOWN_ROW) return DIFFERENT_UNKNOWN;
  const isForeign = (former & FOREIGN) != 0;
  if ((former & ~MARKS) == row) return isForeign ? ALIKE_FOREIGN : ALIKE;
  return isForeign ? DIFFERENT_FOREIGN : DIFFERENT;
}

/** The class of a row that is copied out as changed: in lower case where its fingerprint is the baseline's. */
function letterOf(standing: u64): u8 {
  if (standing == DIFFERENT_UNKNOWN) return 85; // U
  if (standing == DIFFERENT_FOREIGN) return 70; // F
  if (standing == ALIKE_FOREIGN) return 102; // f
  return standing == ALIKE ? 99 : 67; // c, C
}

// The query is over: what of the fresh rows does the baseline have?

/** Makes ready for `stream(…, TO_RESOLVE)`. */
export function prepareToResolve(): void {
  fillFilter();
}

function give(low: u64, high: u64, row: u64, to: u32): void {
  const number = streamed++;
  if (to == TO_WINDOW) append(low, high, row);
  else if (to == TO_RESOLVE) resolve(number, low, high, row);
  else toPartition(low, high, row, number);
}

function resolve(number: u32, low: u64, high: u64, row: u64): void {
  const found = findFresh(low, high);
  if (found != 0) meet(number, found - 1, row);
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
    const row = load64(entry + 16) & ~MARKS;
    if ((former & ~MARKS) == row && !emitSame) {
      unchanged++;
      see(number, SAME);
      judge(freshNumber, KNOWN);
    } else {
      changed++;
      see(number, CHANGED);
      judge(freshNumber, standingOf(former, row));
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

function judge(freshNumber: u32, verdict: u64): void {
  if (verdict == REPEATED) misplaced++;
  setVerdictIn(freshNumber, verdict);
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
  skipNumber(line);
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
  changedOut.byte(letterOf(verdict));
  changedOut.byte(TAB);
  writeLine(changedOut, changedNumber++, low, high, row, numberAt, lineEnd);
}

// More fresh rows than fit: they and the baseline are cut into partitions by key, which are compared one by one.

/** `bits`: there are 2^bits partitions. */
export function openPartitions(bits: u32): void {
  cutInto(bits);
  holdSome(freshRows);
  // What came twice before they were too many was not copied out twice.
  for (let n: u32 = 0; n < fresh.count; n++) if (verdictIn(n) == REPEATED) setVerdict(n, REPEATED);
}

/** Entries of fresh rows, the first of which has number `from`. */
export function partition(length: u32, from: u32): void {
  cutUp(entriesAt, length, from);
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
      numberFresh(place, number);
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

/** For its test against published values. */
export function xxh64(from: usize, length: usize, withSeed: u64): u64 {
  return hash(from, length, withSeed);
}
