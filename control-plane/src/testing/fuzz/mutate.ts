import type { Dice } from './dice.js';

/** One to a few changes of a sound input; `words` are what its reader gives a meaning to. */
export function mutated(dice: Dice, sound: Buffer, words: readonly [Buffer, ...Buffer[]]): Buffer {
  let bytes = sound;
  for (let changes = 1 + dice.whole(6); changes > 0; changes -= 1)
    bytes = changed(dice, bytes, words);
  return bytes;
}

function changed(dice: Dice, bytes: Buffer, words: readonly [Buffer, ...Buffer[]]): Buffer {
  const at = dice.whole(bytes.length + 1);
  const until = Math.min(bytes.length, at + dice.whole(dice.once(4) ? bytes.length + 1 : 12));
  const [before, piece, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, until),
    bytes.subarray(until),
  ];
  const other = dice.whole(bytes.length + 1);
  return dice.one([
    () => Buffer.concat([before, after]),
    () => Buffer.concat([before, piece, piece, after]),
    () => Buffer.concat([before, dice.bytes(1 + dice.whole(4)), after]),
    () => Buffer.concat([before, dice.one(words), bytes.subarray(at)]),
    () => Buffer.concat([before, dice.one(words), after]),
    () => Buffer.concat([before, bytes.subarray(other, other + 40), after]),
    () => before,
  ])();
}
