import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FingerprintFile } from './fingerprint-files.js';
import { fold } from './folding.js';

let directory: string;
let runs = 0;

beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'folding-'))));
afterAll(() => rm(directory, { recursive: true, force: true }));

type Entry = readonly [key: number, row: bigint];

interface Segment {
  isNew: boolean;
  entries: Entry[];
}

/** The row of a key that was taken out. */
const gone = 0n;

/** What a run did to each key, as far as the key allows it; see `segmentsOf`. */
const deeds = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 60, maxLength: 60 });
const histories = fc.array(deeds, { minLength: 1, maxLength: 6 });

describe('entries of several segments, folded into one (2, 7)', () => {
  test.each([20, 60, 1000])('are what they come to, %d at a time', async (most) => {
    await fc.assert(
      fc.asyncProperty(histories, fc.boolean(), async (history, isOldFormat) => {
        const segments = segmentsOf(history, isOldFormat);
        const { entries, rows, survivors } = await folded(segments, most);
        const expected = foldedByHand(segments);
        expect(entries.slice(0, expected.entries.length)).toEqual(expected.entries);
        expect(sorted(entries.slice(expected.entries.length))).toEqual(sorted(expected.rest));
        expect(rows).toBe(entries.length);
        expect(survivors).toEqual(expected.survivors);
      }),
      { numRuns: 30 },
    );
  });

  test('stay in the order of those that were there first, if all of them were sent again', async () => {
    const keys = Array.from({ length: 5000 }, (_, n) => n);
    const base: Segment = { isNew: true, entries: keys.map((key) => [key, 16n]) };
    const again: Segment = {
      isNew: false,
      entries: keys.toSorted((a, b) => (a % 7) - (b % 7)).map((key) => [key, BigInt(key + 3) * 8n]),
    };
    const { entries, survivors } = await folded([base, again], 100);
    expect(entries).toEqual(keys.map((key) => [key, BigInt(key + 3) * 8n]));
    expect(survivors).toEqual([0, 5000]);
  });

  test('keep the mark of a row that the destination skipped', async () => {
    const base: Segment = {
      isNew: true,
      entries: [
        [1, 801n],
        [2, 16n],
        [3, 803n],
      ],
    };
    const later: Segment = { isNew: false, entries: [[2, 25n]] };
    for (const most of [1, 100]) {
      const { entries } = await folded([base, later], most);
      expect(entries).toEqual([
        [1, 801n],
        [2, 25n],
        [3, 801n],
      ]);
    }
  });

  test('leave nothing in the work folder but what they are folded into', async () => {
    const again = Array.from({ length: 60 }, () => 3);
    const { workDir } = await folded(segmentsOf([again, again]), 5);
    expect(await readdir(workDir)).toEqual(['0', '1', 'fingerprint-base']);
  });
});

/**
 * Runs as segments of removed, changed and added keys. `isOldFormat`: only those of the first segment are known to be new,
 * so a later one may override what nobody had.
 */
function segmentsOf(history: readonly (readonly number[])[], isOldFormat = false): Segment[] {
  const there = new Set<number>();
  const segments: Segment[] = [];
  for (const [n, did] of history.entries()) {
    const removed: Entry[] = [];
    const changed: Entry[] = [];
    const added: Entry[] = [];
    for (const [key, deed] of did.entries()) {
      const row = BigInt(n * 100 + key + 10) * 8n + (deed === 4 ? 1n : 0n);
      if (deed === 0) continue;
      if (!there.has(key)) added.push([key, row]);
      else if (deed === 1) removed.push([key, gone]);
      else changed.push([key, row]);
    }
    for (const [key] of added) there.add(key);
    for (const [key] of removed) there.delete(key);
    const isNew = segments.length === 0 || !isOldFormat;
    // In another order than what they override.
    segments.push(
      { isNew: false, entries: removed },
      { isNew: false, entries: changed.toReversed() },
    );
    segments.push({ isNew, entries: added });
  }
  return segments.filter(({ entries }) => entries.length > 0);
}

interface Expected {
  entries: Entry[];
  /** What had nothing to override comes last, in any order. */
  rest: Entry[];
  survivors: number[];
}

/** The law, with everything in memory: the latest override stands in the first place of what it overrides. */
function foldedByHand(segments: readonly Segment[]): Expected {
  const overrides = new Map<number, { segment: number; row: bigint }>();
  for (const [segment, { isNew, entries }] of segments.entries())
    if (!isNew) for (const [key, row] of entries) overrides.set(key, { segment, row });
  const expected: Expected = { entries: [], rest: [], survivors: segments.map(() => 0) };
  const given = new Set<number>();
  const stand = (to: Entry[], [key, row]: Entry, segment: number): void => {
    to.push([key, row]);
    expected.survivors[segment] = (expected.survivors[segment] ?? 0) + 1;
  };
  for (const [segment, { isNew, entries }] of segments.entries())
    for (const entry of isNew ? entries : []) {
      const override = overrides.get(entry[0]);
      if (!override || override.segment < segment) stand(expected.entries, entry, segment);
      else if (override.row !== gone && !given.has(entry[0])) {
        given.add(entry[0]);
        stand(expected.entries, [entry[0], override.row], override.segment);
      }
    }
  for (const [key, { row, segment }] of overrides)
    if (row !== gone && !given.has(key)) stand(expected.rest, [key, row], segment);
  return expected;
}

async function folded(
  segments: readonly Segment[],
  most: number,
): Promise<{ entries: Entry[]; rows: number; survivors: number[]; workDir: string }> {
  const workDir = await mkdtemp(join(directory, `${++runs}-`));
  const files: FingerprintFile[] = [];
  for (const [n, { isNew, entries }] of segments.entries()) {
    const path = join(workDir, `${n}`);
    await writeFile(path, bytesOf(entries));
    files.push({ path, rows: entries.length, isNew });
  }
  const { file, rows, survivors } = await fold(files, { workDir, most });
  return { entries: entriesOf(await readFile(file)), rows, survivors, workDir };
}

/** Keys spread over both halves of a fingerprint, as hashes are. */
const spread = 0x9e3779b97f4a7c15n;

function bytesOf(entries: readonly Entry[]): BigUint64Array {
  const words = new BigUint64Array(entries.length * 3);
  for (const [n, [key, row]] of entries.entries())
    words.set([BigInt(key), BigInt.asUintN(64, BigInt(key + 1) * spread), row], n * 3);
  return words;
}

function entriesOf(bytes: Buffer): Entry[] {
  return Array.from({ length: bytes.length / 24 }, (_, n): Entry => {
    const key = bytes.readBigUInt64LE(n * 24);
    expect(bytes.readBigUInt64LE(n * 24 + 8)).toBe(BigInt.asUintN(64, (key + 1n) * spread));
    return [Number(key), bytes.readBigUInt64LE(n * 24 + 16)];
  });
}

const sorted = (entries: readonly Entry[]): Entry[] => entries.toSorted((a, b) => a[0] - b[0]);
