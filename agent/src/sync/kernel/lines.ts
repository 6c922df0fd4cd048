// Where lines and their numbers end.
import { LF, TAB } from './area';
import { load64 } from './memory';

export function findLineEnd(from: usize, end: usize): usize {
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

/** Where `readNumber` reads on. */
export let numberAt: usize = 0;

/** Begins to read the numbers of a line after its first one. */
export function skipNumber(at: usize): void {
  while (load<u8>(at) != TAB) at++;
  numberAt = at + 1;
}

export function readNumber(): u64 {
  let value: u64 = 0;
  for (let byte = load<u8>(numberAt); byte != TAB; byte = load<u8>(++numberAt))
    value = value * 10 + <u64>(byte - 48);
  numberAt++;
  return value;
}
