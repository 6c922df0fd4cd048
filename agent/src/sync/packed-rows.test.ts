import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf, runsOf } from './packed-piece.js';
import type { Piece } from './packed-piece.js';
import { PackedRows, chunkRows } from './packed-rows.js';

/** Rows around the border of two chunks, where mistakes would be. */
const first = chunkRows - 40;
const size = 80;

const step = fc.record({
  from: fc.nat(size),
  length: fc.oneof(fc.nat(8), fc.nat(size)),
  value: fc.oneof(fc.nat(3), fc.nat(255)),
  over: fc.option(fc.nat(3), { nil: undefined }),
});
type Step = { from: number; length: number; value: number; over: number | undefined };

/** What the rows should be: a number each, in an array. */
function modelOf(steps: readonly Step[]): number[] {
  const model = Array.from({ length: size }, () => 0);
  for (const { from, length, value, over } of steps)
    for (let n = from; n < Math.min(size, from + length); n += 1)
      if (over === undefined || model[n] === over) model[n] = value;
  return model;
}

function packed(steps: readonly Step[]): PackedRows {
  const rows = new PackedRows();
  for (const { from, length, value, over } of steps)
    rows.fill(first + from, first + Math.min(size, from + length), value, over);
  return rows;
}

const spread = (runs: Iterable<{ from: number; to: number; value: number }>): number[] =>
  [...runs].flatMap(({ from, to, value }) => Array.from({ length: to - from }, () => value));

const unpacked = (rows: PackedRows): number[] =>
  Array.from({ length: size }, (_, n) => rows.at(first + n));

describe('packed rows', () => {
  it('are what an array of numbers would be (invariant 7)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const rows = packed(steps);
        const model = modelOf(steps);
        expect(unpacked(rows)).toEqual(model);
        expect(spread(rows.runs(first, first + size))).toEqual(model);
        const counts = rows.counts();
        for (const value of new Set(model.filter((each) => each > 0)))
          expect(counts[value]).toBe(model.filter((each) => each === value).length);
      }),
    );
  });

  it('join what is alike, over the borders of chunks as well', () => {
    const rows = new PackedRows();
    rows.fill(10, 3 * chunkRows + 5, 7);
    expect([...rows.runs(0, 4 * chunkRows)]).toEqual([
      { from: 0, to: 10, value: 0 },
      { from: 10, to: 3 * chunkRows + 5, value: 7 },
      { from: 3 * chunkRows + 5, to: 4 * chunkRows, value: 0 },
    ]);
  });

  it('take no room where they are alike, and a bit a row where two take turns', () => {
    const rows = new PackedRows();
    for (let row = 0; row < 4 * chunkRows; row += 1) rows.fill(row, row + 1, 2);
    expect(rows.bytes).toBe(0);
    for (let row = 0; row < 4 * chunkRows; row += 2) rows.fill(row, row + 1, 3);
    expect(rows.bytes).toBe((4 * chunkRows) / 8);
    // What no row has any more is no reason for another bit.
    for (let value = 4; value < 40; value += 1)
      for (let row = 0; row < chunkRows; row += 2) rows.fill(row, row + 1, value);
    expect(rows.bytes).toBe((3 * chunkRows) / 8 + (2 * chunkRows) / 8);
  });
});

describe('pieces of rows', () => {
  const told = (pieces: Iterable<Piece>): PackedRows => {
    const rows = new PackedRows();
    for (const piece of JSON.parse(JSON.stringify([...pieces])) as Piece[])
      for (const { from, to, value } of runsOf(piece)) rows.fill(from, to, value);
    return rows;
  };

  it('tell what they were made of', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const rows = packed(steps);
        expect(unpacked(told(piecesOf(rows)))).toEqual(unpacked(rows));
      }),
    );
  });

  it('have a bound, whatever the rows are', () => {
    const worst = new PackedRows();
    for (let row = 0; row < 2 * chunkRows; row += 1) worst.fill(row, row + 1, 2 + (row % 200));
    const pieces = [...piecesOf(worst)];
    expect(pieces).toHaveLength(2);
    for (const piece of pieces) expect(JSON.stringify(piece).length).toBeLessThan(90_000);
    expect([...told(pieces).runs(0, 300)]).toEqual([...worst.runs(0, 300)]);
  });

  it('are short where the rows are alike, or few, or take turns', () => {
    const lengthOf = (tell: (rows: PackedRows) => void): number => {
      const rows = new PackedRows();
      tell(rows);
      return JSON.stringify([...piecesOf(rows)]).length;
    };
    expect(lengthOf((rows) => rows.fill(0, chunkRows, 2))).toBeLessThan(50);
    expect(lengthOf((rows) => rows.fill(60_000, 60_100, 2))).toBeLessThan(50);
    const turns = (rows: PackedRows): void => {
      for (let row = 500; row < 600; row += 2) rows.fill(row, row + 1, 3);
    };
    expect(lengthOf(turns)).toBeLessThan(100);
  });

  it.each([
    { from: -1, runs: [2, 3] },
    { from: 0, runs: [2] },
    { from: 0, runs: [256, 1] },
    { from: 0, runs: 'no' },
    { from: 0, rows: 9, values: [2, 3], bits: '' },
    { from: 0, rows: chunkRows + 1, values: [2, 3], bits: '' },
    { from: 0, rows: 3, values: [2, 3, 4], bits: Buffer.from([0xff]).toString('base64') },
  ])('that are none are refused: %j', (piece) => {
    expect(() => [...runsOf(piece as Piece)]).toThrow(TypeError);
  });
});
