// What the lowest bits of a row fingerprint mean, wherever it is: in segments, in memory, in spilled entries.

/** The lowest bits, which are given to marks. */
export const MARKS: u64 = 7;
/** Mark of a row that the destination skipped: compared, and never called removed. */
export const FOREIGN: u64 = 1;
/** Mark of an override that was given in the place of what it overrides. */
export const GIVEN: u64 = 4;

// Row fingerprints with a meaning of their own. No row ever has one of them.
/** The key was taken out. */
export const REMOVED_ROW: u64 = 0;
export const UNKNOWN_ROW: u64 = 8;

/** What a segment tells of a row, with the one mark that segments have. */
export function toldRow(told: u64): u64 {
  return (told & ~MARKS) | ((told & MARKS) == 0 ? 0 : FOREIGN);
}
