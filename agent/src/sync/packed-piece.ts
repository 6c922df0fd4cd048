import { chunkRows, readBits, widthOf, writeBits } from './packed-rows.js';
import type { PackedRows, Run } from './packed-rows.js';

/** The rows of at most one chunk as JSON: as runs, number and length in turn, or as bits, whichever is shorter. */
export type Piece = PieceOfRuns | PieceOfBits;

interface PieceOfRuns {
  from: number;
  runs: number[];
}

interface PieceOfBits {
  from: number;
  rows: number;
  values: number[];
  /** Base64 of each row's place among `values`, low bits first. */
  bits: string;
}

/** What was told, in order; a piece takes at most some 100 KiB. */
export function* piecesOf(rows: PackedRows): Generator<Piece> {
  for (const start of rows.starts()) {
    const runs = [...rows.runs(start, start + chunkRows)];
    if (runs.at(-1)?.value === 0) runs.pop();
    if (runs[0]?.value === 0) runs.shift();
    if (runs.length > 0) yield pieceOf(runs);
  }
}

function pieceOf(runs: readonly Run[]): Piece {
  const from = runs[0]?.from ?? 0;
  const rows = (runs.at(-1)?.to ?? from) - from;
  const values = [...new Set(runs.map(({ value }) => value))];
  const bytes = Math.ceil((rows * widthOf(values.length)) / 8);
  // As text a run has four signs at least.
  const bitsLength = (bytes * 4) / 3 + values.length * 4 + 40;
  if (runs.length * 4 < bitsLength) {
    const flat = runs.flatMap((run) => [run.value, run.to - run.from]);
    if (JSON.stringify(flat).length <= bitsLength) return { from, runs: flat };
  }
  return { from, rows, values, bits: bitsOf(runs, values, bytes) };
}

function bitsOf(runs: readonly Run[], values: readonly number[], bytes: number): string {
  const bits = new Uint8Array(bytes);
  const start = runs[0]?.from ?? 0;
  const width = widthOf(values.length);
  for (const { from, to, value } of runs) {
    const index = values.indexOf(value);
    for (let n = from - start; n < to - start; n += 1) writeBits(bits, width, n, index);
  }
  return Buffer.from(bits).toString('base64');
}

/** Throws a TypeError for what no piece is. */
export function* runsOf(piece: Piece): Generator<Run> {
  if (!isCount(piece.from)) throw notAPiece();
  if ('runs' in piece) yield* runsOfRuns(piece);
  else yield* runsOfBits(piece);
}

function* runsOfRuns({ from, runs }: PieceOfRuns): Generator<Run> {
  if (!Array.isArray(runs) || runs.length % 2 > 0) throw notAPiece();
  let at = from;
  for (let n = 0; n < runs.length; n += 2) {
    const [value, length] = [runs[n], runs[n + 1]];
    if (!isValue(value) || !isCount(length)) throw notAPiece();
    yield { from: at, to: at + length, value };
    at += length;
  }
}

function* runsOfBits({ from, rows, values, bits }: PieceOfBits): Generator<Run> {
  if (!isCount(rows) || rows > chunkRows || !Array.isArray(values) || !values.every(isValue))
    throw notAPiece();
  const width = widthOf(values.length);
  const packed = Buffer.from(bits, 'base64');
  if (packed.length !== Math.ceil((rows * width) / 8)) throw notAPiece();
  let start = 0;
  for (let n = 1; n <= rows; n += 1) {
    const index = readBits(packed, width, start);
    if (n < rows && readBits(packed, width, n) === index) continue;
    const value = values[index];
    if (value === undefined) throw notAPiece();
    yield { from: from + start, to: from + n, value };
    start = n;
  }
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const isValue = (value: unknown): value is number => isCount(value) && value < 256;

function notAPiece(): TypeError {
  return new TypeError('These are no rows.');
}
