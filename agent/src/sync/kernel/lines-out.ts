// Lines that are copied out.
import { Area, TAB } from './area';
import { addedOut, changedOut, freshOut, twiceOut } from './exchange';
import { ENTRY_BYTES } from './table';

/** Longest prefix that a copied-out line gets: class, numbers and tabs. */
const PREFIX_BYTES: usize = 110;

/** Bytes of the longest line that was copied out, with its prefix. */
export let longest: u32 = 0;

export function hasRoom(lineBytes: usize): bool {
  const bytes = lineBytes + PREFIX_BYTES;
  return (
    addedOut.hasRoom(bytes) &&
    changedOut.hasRoom(bytes) &&
    freshOut.hasRoom(ENTRY_BYTES) &&
    twiceOut.hasRoom(PREFIX_BYTES)
  );
}

/** number TAB key fingerprint TAB TAB row fingerprint TAB line */
export function writeLine(to: Area, number: u64, low: u64, high: u64, row: u64, line: usize, lineEnd: usize): void {
  to.number(number, TAB);
  to.number(low, TAB);
  to.number(high, TAB);
  to.number(row, TAB);
  const length = lineEnd + 1 - line;
  to.copy(line, length);
  if (<usize>longest < length + PREFIX_BYTES) longest = <u32>(length + PREFIX_BYTES);
}
