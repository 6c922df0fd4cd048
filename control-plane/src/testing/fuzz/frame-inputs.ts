import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  decodeAgentFrame,
  decodeControlFrame,
  encodeAgentFrame,
  encodeControlFrame,
  maxFrameBytes,
} from '@drawbridge/proto';
import type { Dice } from './dice.js';
import { mutated } from './mutate.js';

const folder = fileURLToPath(new URL('../../../../proto/test/golden/', import.meta.url));

/** Frames of every release, one of each kind. */
export const soundFrames = (): Buffer[] =>
  globSync(join(folder, '*/*.bin'))
    .toSorted()
    .map((file) => readFileSync(file));

/** Lengths that promise more than follows, numbers without an end, groups that open and fields that nobody has. */
const words: readonly [Buffer, ...Buffer[]] = [
  Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]),
  Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x07]),
  Buffer.from(Array<number>(11).fill(0xff)),
  Buffer.from([0x0b]),
  Buffer.from([0x0c]),
  Buffer.from([0xfa, 0x06, 0x00]),
  Buffer.from([0x00]),
  Buffer.alloc(4_000, 0x0b),
  Buffer.from('\ud800\0é', 'utf16le'),
];

export function frameInput(dice: Dice, sound: readonly Buffer[]): Uint8Array {
  const kind = dice.whole(20);
  if (kind === 0) return dice.bytes(dice.whole(4_096));
  if (kind === 1) return nested(dice);
  if (kind === 2 && dice.once(20)) return Buffer.alloc(maxFrameBytes + dice.whole(3) - 1, 0x0b);
  return mutated(dice, sound[dice.whole(sound.length)] ?? Buffer.alloc(0), words);
}

/** Messages within messages, each with its right length. From the inside, so from the end. */
function nested(dice: Dice): Uint8Array {
  const tag = dice.one([0x0a, 0x12, 0x1a, 0x22, 0x2a, 0x5a]);
  const depth = dice.one([10, 100, 1_000, 20_000]);
  const bytes = Buffer.alloc(depth * 4);
  let begin = bytes.length;
  for (let level = 0; level < depth; level += 1) {
    const length = varint(bytes.length - begin);
    begin -= length.length + 1;
    bytes.set([tag, ...length], begin);
  }
  return bytes.subarray(begin);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/** What is wrong with how it was taken; undefined when nothing is. */
export function frameProblem(bytes: Uint8Array): string | undefined {
  const [agent, control] = [decodeAgentFrame(bytes), decodeControlFrame(bytes)];
  for (const decoded of [agent, control])
    if (decoded.kind === 'invalid' && !/^frame\.[a-z_]+$/.test(decoded.problem))
      return `refused with ${decoded.problem}`;
  // What is taken can be said again, by the same rules.
  if (agent.kind === 'frame' && encodeAgentFrame(agent.frame).kind === 'invalid')
    return 'a frame of an agent was taken that can not be said';
  if (control.kind === 'frame' && encodeControlFrame(control.frame).kind === 'invalid')
    return 'a frame of a control plane was taken that can not be said';
  return undefined;
}
