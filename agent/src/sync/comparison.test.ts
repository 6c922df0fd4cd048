import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Comparison } from './comparison.js';
import type { Compared, ComparedCounts } from './comparison.js';
import type { FingerprintFile } from './fingerprint-files.js';

let directory: string;
let runs = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-comparison-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Result {
  counts: ComparedCounts;
  /** Rows as they were copied out, each with its class. */
  added: string[];
  changed: string[];
  removed: string[];
  repeatedKeys: number;
  fresh: Buffer;
  /** Rows that were not met in their place. */
  staged: number;
}

interface Setup {
  files?: FingerprintFile[];
  rows?: number;
  memoryMiB?: number;
  keyFields?: number;
  all?: boolean;
  foreign?: boolean;
  pieces?: number;
  /** Bytes that the query lacks at its end. */
  cut?: number;
}

/** Compares lines with a baseline that earlier comparisons left. */
async function compare(lines: readonly string[], setup: Setup = {}): Promise<Result> {
  const workDir = await mkdtemp(join(directory, `${++runs}-`));
  let written: Buffer[] = [];
  let staged: number | undefined;
  const added = { write: async (bytes: Uint8Array) => void written.push(Buffer.from(bytes)) };
  const comparison = await Comparison.open(
    {
      seed: 7n,
      keyFields: setup.keyFields ?? 1,
      files: setup.files ?? [],
      rows: setup.rows ?? 0,
      memoryMiB: setup.memoryMiB ?? 512,
      workDir,
      all: setup.all ?? false,
      foreign: setup.foreign ?? false,
    },
    added,
  );
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const piece = setup.pieces ?? 1 << 20;
  const end = bytes.length - (setup.cut ?? 0);
  const again = async (): Promise<{ written: string[]; added: typeof added }> => {
    const path = join(workDir, 'written');
    await writeFile(path, Buffer.concat(written));
    staged = linesOf(written);
    written = [];
    return { written: [path], added };
  };
  const run = async (): Promise<Compared> => {
    for (let at = 0; at < end; at += piece)
      await comparison.take(bytes.subarray(at, Math.min(end, at + piece)));
    return comparison.finish(again);
  };
  const compared = await run().finally(() => comparison.close());
  staged ??= linesOf(written);
  const linesIn = async (path: string): Promise<string[]> =>
    (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  const addedLines = Buffer.concat(written).toString().split('\n').filter(Boolean);
  expect(addedLines.map((line) => line.split('\t')[0])).toEqual(addedLines.map((_, n) => `${n}`));
  const changedLines = await linesIn(compared.changed);
  expect(changedLines.map((line) => line.split('\t')[1])).toEqual(
    changedLines.map((_, n) => `${n}`),
  );
  const repeated = new Set(await linesIn(compared.repeated));
  const once = changedLines.filter(
    (line) => !repeated.has(line.split('\t').slice(2, 4).join('\t')),
  );
  return {
    counts: comparison.counts,
    added: addedLines.map((line) => line.split('\t').slice(4).join('\t')),
    changed: once.map((line) => [line[0], ...line.split('\t').slice(5)].join('\t')),
    removed: await linesIn(compared.removed),
    repeatedKeys: compared.repeatedKeys,
    fresh: await readFile(compared.fresh),
    staged,
  };
}

const noCounts = { queried: 0, unchanged: 0, changed: 0, added: 0, invalid: 0 };

const linesOf = (parts: readonly Buffer[]): number =>
  parts.reduce((sum, part) => sum + part.toString().split('\n').length - 1, 0);

async function fileOf(entries: Buffer, isNew = true): Promise<FingerprintFile> {
  const path = join(directory, `file-${++runs}`);
  await writeFile(path, entries);
  return { path, rows: entries.length / 24, isNew };
}

/** The fingerprints of lines, as a first run of them records them. */
async function baselineOf(lines: readonly string[]): Promise<Buffer> {
  return (await compare(lines)).fresh;
}

/** A segment's entry that says that a row was taken out, or that nobody knows what it is. */
function marked(entries: Buffer, row: bigint): Buffer {
  const copy = Buffer.from(entries);
  for (let at = 16; at < copy.length; at += 24) copy.writeBigUInt64LE(row, at);
  return copy;
}

const removedRow = 0n;
const unknownRow = 8n;

describe('comparing a query with the baseline', () => {
  it('tells added, changed, unchanged and removed rows apart', async () => {
    const files = [await fileOf(await baselineOf(['1\ta', '2\tb', '3\tc']))];
    const result = await compare(['3\tc', '2\tB', '4\td'], { files, rows: 3 });
    expect(result.counts).toEqual({ queried: 3, unchanged: 1, changed: 1, added: 1, invalid: 0 });
    expect(result.added).toEqual(['4\td']);
    expect(result.changed).toEqual(['C\t2\tB']);
    const [one] = await compare(['1\ta']).then(({ fresh }) => [fresh]);
    expect(result.removed).toEqual([`${one!.readBigUInt64LE(0)}\t${one!.readBigUInt64LE(8)}`]);
  });

  it('counts all copies of a key and NULL keys as invalid, whatever the baseline had', async () => {
    const files = [await fileOf(await baselineOf(['1\ta', '2\tb']))];
    const result = await compare(
      ['1\ta', '1\ta', '2\tx', '3\tc', '3\tc', '3\td', '\\N\tz', '2\tb'],
      {
        files,
        rows: 2,
      },
    );
    expect(result.counts).toEqual({ queried: 8, unchanged: 0, changed: 0, added: 0, invalid: 8 });
    expect([result.added, result.changed, result.removed, result.repeatedKeys]).toEqual([
      [], [], [], 3,
    ]); // prettier-ignore
  });

  it('lets later segments win: changed, taken out, taken in again, unknown, skipped', async () => {
    const base = await baselineOf(['1\ta', '2\tb', '3\tc', '4\td', '5\te']);
    const entry = (n: number): Buffer => base.subarray(n * 24, n * 24 + 24);
    const foreign = Buffer.from(entry(4));
    foreign.writeBigUInt64LE(foreign.readBigUInt64LE(16) + 1n, 16);
    const files = [
      await fileOf(base),
      await fileOf(await baselineOf(['1\tA']), false),
      await fileOf(marked(Buffer.concat([entry(1), entry(2)]), removedRow), false),
      await fileOf(await baselineOf(['2\tBB'])),
      await fileOf(marked(entry(3), unknownRow), false),
      await fileOf(foreign, false),
    ];
    const current = ['1\tA', '2\tBB', '3\tc', '4\td', '5\tx'];
    const result = await compare(current, { files, rows: 4 });
    expect(result.counts).toEqual({ queried: 5, unchanged: 2, changed: 2, added: 1, invalid: 0 });
    expect(result.added).toEqual(['3\tc']);
    expect(result.changed).toEqual(['U\t4\td', 'F\t5\tx']);
    const without = await compare(['1\tA'], { files, rows: 4 });
    expect(without.removed).toHaveLength(2);
    expect((await compare(['1\tA'], { files, rows: 4, foreign: true })).removed).toHaveLength(3);
  });

  it('refuses a baseline that has other rows than it says', async () => {
    const files = [await fileOf(await baselineOf(['1\ta', '2\tb', '3\tc']))];
    await expect(compare(['1\ta'], { files, rows: 4 })).rejects.toMatchObject({
      code: 'baseline.corrupt',
    });
  });

  it('calls a row with a NULL in its key invalid, but not one with the text \\\\N', async () => {
    const { counts } = await compare(['\\N\ta\tx', '1\t\\N\tx', '1\t\\\\N\tx', '1\tb\t\\N'], {
      keyFields: 2,
    });
    expect(counts).toMatchObject({ queried: 4, invalid: 2, added: 2 });
  });

  it('takes rows longer than its buffer, and refuses half a row', async () => {
    const long = `1\t${'x'.repeat(3_000_000)}`;
    expect((await compare([long, '2\ty'])).added).toEqual([long, '2\ty']);
    await expect(compare(['1\ta', '2\tb'], { cut: 2 })).rejects.toMatchObject({
      code: 'source.cut',
    });
    await expect(compare([`1\t${'x'.repeat(17_000_000)}`])).rejects.toMatchObject({
      code: 'snapshot.row_too_long',
    });
  });

  it('copies out unchanged rows, too, when all are asked for', async () => {
    const files = [await fileOf(await baselineOf(['1\ta', '2\tb']))];
    const result = await compare(['2\tb', '1\ta'], { files, rows: 2, all: true });
    expect(result.changed).toEqual(['c\t2\tb', 'c\t1\ta']);
  });

  it('finds its way again when rows left in bulk, came in bulk, or the query begins elsewhere', async () => {
    const table = Array.from({ length: 700_000 }, (_, n) => `${n}\tvalue ${n}`);
    const files = [await fileOf(await baselineOf(table))];
    const freshIn = async (now: string[]): Promise<number> => {
      // So much memory that the window holds 262,144 rows.
      const result = await compare(now, { files, rows: table.length, memoryMiB: 64 });
      expect(result.counts).toEqual({
        ...noCounts,
        queried: now.length,
        unchanged: now.filter((line) => !line.startsWith('new')).length,
        added: now.filter((line) => line.startsWith('new')).length,
      });
      return result.staged;
    };
    expect(await freshIn(table)).toBe(0);
    expect(await freshIn(table.slice(400_000))).toBeLessThan(60_000);
    expect(await freshIn([...table.slice(300_000), ...table.slice(0, 300_000)])).toBeLessThan(
      90_000,
    );
    const many = Array.from({ length: 50_000 }, (_, n) => `new ${n}\tx`);
    const between = [...table.slice(0, 350_000), ...many, ...table.slice(350_000)];
    expect(await freshIn(between)).toBeLessThan(150_000);
  }, 60_000);

  // Invariants 5, 7 and 8, with a memory so small that the window passes and fresh rows are cut into partitions.
  it.each([512, 0.4, 0.05])(
    'agrees with a plain comparison at %s MiB',
    async (memoryMiB) => {
      await fc.assert(
        fc.asyncProperty(tables, fc.integer({ min: 1, max: 5000 }), async (table, pieces) => {
          const { before, now, patch } = table;
          const files = [await fileOf(await baselineOf(before))];
          if (patch.length > 0) files.push(await fileOf(await baselineOf(patch), false));
          const former = new Map([...before, ...patch].map((line) => [keyOf(line), line]));
          const result = await compare(now, { files, rows: former.size, memoryMiB, pieces });
          expect(summaryOf(result)).toEqual(expected(former, now));
        }),
        { numRuns: 10 },
      );
    },
    60_000,
  );
});

const keyOf = (line: string): string => line.split('\t')[0] ?? '';

function summaryOf({ counts, added, changed, removed, repeatedKeys, fresh }: Result): object {
  return {
    ...counts,
    addedRows: added.toSorted(),
    changedRows: changed.map((line) => line.slice(2)).toSorted(),
    removed: removed.length,
    repeatedKeys,
    fresh: fresh.length / 24,
  };
}

/** The same by JavaScript's own maps. */
function expected(former: Map<string, string>, now: readonly string[]): object {
  const copies = Map.groupBy(now, keyOf);
  const once = [...copies].filter(([, lines]) => lines.length === 1).map(([, [line]]) => line!);
  const addedRows = once.filter((line) => !former.has(keyOf(line)));
  const changedRows = once.filter(
    (line) => former.has(keyOf(line)) && former.get(keyOf(line)) !== line,
  );
  return {
    queried: now.length,
    unchanged: once.length - addedRows.length - changedRows.length,
    changed: changedRows.length,
    added: addedRows.length,
    invalid: now.length - once.length,
    addedRows: addedRows.toSorted(),
    changedRows: changedRows.toSorted(),
    removed: [...former.keys()].filter((key) => !copies.has(key)).length,
    repeatedKeys: copies.size - once.length,
    fresh: addedRows.length,
  };
}

/** A table, what a later segment said of some of its rows, and the table as the query has it: moved, changed, repeated. */
const tables = fc
  .record({
    rows: fc.integer({ min: 0, max: 6000 }),
    seed: fc.integer(),
    isShuffled: fc.boolean(),
    share: fc.record({
      changed: fc.constantFrom(0, 0.01, 0.5),
      gone: fc.constantFrom(0, 0.01, 0.9),
      moved: fc.constantFrom(0, 0.02),
      twice: fc.constantFrom(0, 0.01),
      patched: fc.constantFrom(0, 0.1),
    }),
    more: fc.integer({ min: 0, max: 9000 }),
  })
  .map(({ rows, seed, isShuffled, share, more }) => {
    const random = randomFrom(seed);
    const before = Array.from({ length: rows }, (_, n) => `${n}\tvalue ${n}`);
    const patch = before.filter(() => random() < share.patched).map((line) => `${line} again`);
    const latest = [...new Map([...before, ...patch].map((line) => [keyOf(line), line])).values()];
    const kept = latest
      .filter(() => random() >= share.gone)
      .map((line) => (random() < share.changed ? `${line}!` : line));
    const moved = kept.filter(() => random() < share.moved);
    const now = [...kept.filter((line) => !moved.includes(line)), ...moved];
    for (let n = 0; n < more; n += 1) now.push(`new ${n}\tfresh`);
    now.push(...now.filter(() => random() < share.twice));
    if (isShuffled) now.sort((a, b) => hash(a, seed) - hash(b, seed));
    return { before, patch, now };
  });

function randomFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    return ((state >>> 8) & 0xffff) / 0x10000;
  };
}

const hash = (text: string, seed: number): number =>
  [...text].reduce((sum, c) => Math.imul(sum ^ c.charCodeAt(0), 16_777_619), seed | 0);
