import { expect, it } from 'vitest';
import { Dice } from './dice.js';
import { frameProblem, soundFrames } from './frame-inputs.js';
import { tryInputs } from './try-inputs.js';
import { soundFiles, yamlProblem } from './yaml-inputs.js';

const seed = 1;

it.each([
  ['frames', 1_000],
  ['yaml', 60],
] as const)('takes or refuses whatever comes as %s, and no input for long', (reader, until) => {
  const { inputs, failures } = tryInputs(reader, { seed, from: 0, until, limitMs: 5_000 });
  expect(failures).toEqual([]);
  expect(inputs).toBe(until);
});

it('begins with what is sound', () => {
  expect(soundFrames().length).toBeGreaterThan(20);
  expect(soundFrames().filter((bytes) => frameProblem(bytes) !== undefined)).toEqual([]);
  expect(soundFiles().length).toBeGreaterThan(5);
  expect(soundFiles().map((bytes) => yamlProblem(bytes.toString('utf8')))).not.toContain(
    expect.any(String),
  );
});

it('throws the same again for the same seed and input', () => {
  const throws = (one: number, input: number): number[] => {
    const dice = new Dice(one, input);
    return Array.from({ length: 8 }, () => dice.whole(1_000));
  };
  expect(throws(1, 2)).toEqual(throws(1, 2));
  expect(throws(1, 2)).not.toEqual(throws(1, 3));
  expect(throws(1, 2)).not.toEqual(throws(2, 2));
});
