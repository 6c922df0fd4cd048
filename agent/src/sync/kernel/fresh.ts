// Rows of the query that were not found in their place: their keys, and what becomes of them.
import { MARKS } from './marks';
import { load64, take, takeZeroed } from './memory';
import { Table } from './table';

// What becomes of a fresh row; kept in the marks of its row fingerprint.
export const ADDED: u64 = 0;
export const KNOWN: u64 = 1;
export const DIFFERENT: u64 = 2;
export const DIFFERENT_UNKNOWN: u64 = 3;
export const DIFFERENT_FOREIGN: u64 = 4;
export const REPEATED: u64 = 5;
/** Copied out although the fingerprints are the same. */
export const ALIKE: u64 = 6;
export const ALIKE_FOREIGN: u64 = 7;

/** By key; where they are more than fit, those of one partition. */
export let fresh: Table = changetype<Table>(0);
export let freshMost: u32 = 0;
/** Of those in the table: which fresh row each is. Unset while all of them fit. */
let numbers: usize = 0;
/** Four bits for each fresh row. Unset while all of them fit. */
let verdicts: usize = 0;
let filter: usize = 0;
const FILTER_MASK: u64 = (1 << 19) - 1;

export function openFresh(most: u32): void {
  freshMost = most;
  fresh = Table.make(1024);
}

/** From now on the table holds some of `rows` fresh rows, and what becomes of them is kept apart. */
export function holdSome(rows: u32): void {
  if (verdicts != 0) return;
  verdicts = takeZeroed(<usize>(rows >> 1) + 8);
  numbers = take(<usize>freshMost * 4);
}

export function numberFresh(place: u32, number: u32): void {
  store<u32>(numbers + (<usize>place << 2), number);
}

// @ts-ignore: decorator
@inline
export function verdictIn(place: u32): u64 {
  return load64(fresh.at(place) + 16) & MARKS;
}

export function setVerdictIn(place: u32, verdict: u64): void {
  const entry = fresh.at(place);
  store<u64>(entry + 16, (load64(entry + 16) & ~MARKS) | verdict);
  if (verdicts != 0) setVerdict(load<u32>(numbers + (<usize>place << 2)), verdict);
}

export function verdictOf(number: u32): u64 {
  if (verdicts == 0) return verdictIn(number);
  return (load<u8>(verdicts + <usize>(number >> 1)) >> <u8>((number & 1) << 2)) & 15;
}

export function setVerdict(number: u32, verdict: u64): void {
  const place = verdicts + <usize>(number >> 1);
  const shift = <u8>((number & 1) << 2);
  store<u8>(place, (load<u8>(place) & ~(<u8>15 << shift)) | (<u8>verdict << shift));
}

/** Makes ready for `findFresh`. */
export function fillFilter(): void {
  if (filter == 0) filter = take(<usize>(FILTER_MASK + 1) >> 3);
  memory.fill(filter, 0, <usize>(FILTER_MASK + 1) >> 3);
  for (let n: u32 = 0; n < fresh.count; n++) {
    const bit = load64(fresh.at(n)) & FILTER_MASK;
    const place = filter + <usize>(bit >> 3);
    store<u8>(place, load<u8>(place) | (<u8>1 << <u8>(bit & 7)));
  }
}

/** The place of a key plus one; 0 if it is not there. Few keys are, so most are told by the filter. */
// @ts-ignore: decorator
@inline
export function findFresh(low: u64, high: u64): u32 {
  const bit = low & FILTER_MASK;
  if ((load<u8>(filter + <usize>(bit >> 3)) & (<u8>1 << <u8>(bit & 7))) == 0) return 0;
  return fresh.find(low, high);
}
