import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fileNameOf, KnownNames, namesBetween, namesInFile, namesOf } from './names.js';

const stem = '0b7e4a1c-0000-4000-8000-000000000001.12.added.';
const nameOf = (n: number): string => `${stem}${n}`;

it('keeps names that count upwards as ranges', () => {
  expect(namesOf([0, 1, 2, 7, 9, 10].map(nameOf))).toEqual({ stem, rows: '0-2,7,9-10' });
  expect(namesBetween(nameOf(5), nameOf(1238))).toEqual({ stem, rows: '5-1238' });
  expect(namesBetween(nameOf(5), nameOf(5))).toEqual({ stem, rows: '5' });
});

it('knows exactly the names that were kept, from metadata and from a file’s name', () => {
  const some = fc.uniqueArray(fc.nat(60), { minLength: 1 });
  fc.assert(
    fc.property(some, some, (first, second) => {
      const known = new KnownNames();
      known.add(namesOf(first.map(nameOf)));
      known.add(namesInFile(fileNameOf(namesOf(second.map(nameOf))))!);
      for (let n = 0; n <= 61; n += 1)
        expect(known.has(nameOf(n))).toBe(first.includes(n) || second.includes(n));
      expect(known.has('0b7e4a1c-0000-4000-8000-000000000001.13.added.1')).toBe(false);
    }),
  );
});

it('takes no other file for one of ours', () => {
  for (const name of ['people.csv', 'drawbridge.csv', 'drawbridge.1-2.csv', 'drawbridge.a.1-.csv'])
    expect(namesInFile(name)).toBeUndefined();
});

it('holds the scattered rows of a message to what metadata takes', () => {
  const scattered = Array.from({ length: 400 }, (_, n) => nameOf(2_000_000 + 2 * n));
  expect(JSON.stringify(namesOf(scattered)).length).toBeLessThan(4_000);
});
