import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FingerprintKernel } from './fingerprint-kernel.js';
import type { KernelCounts } from './fingerprint-kernel.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

async function scan(
  parts: string[],
  options: { keyFields?: number; baseline?: Uint8Array; all?: boolean } = {},
): Promise<{ counts: KernelCounts; out: string; removed: string[]; duplicates: string[] }> {
  const kernel = await FingerprintKernel.open({
    seed: 7n,
    keyFields: options.keyFields ?? 1,
    expectedRows: 10,
    all: options.all ?? false,
  });
  if (options.baseline) kernel.load(options.baseline);
  const out: string[] = [];
  for (const part of parts) kernel.scan(Buffer.from(part), (lines) => out.push(text(lines)));
  kernel.end();
  const removed: string[] = [];
  for (const lines of kernel.removed({ foreign: false }))
    removed.push(...text(lines).trim().split('\n'));
  const duplicates: string[] = [];
  for (const lines of kernel.duplicates()) duplicates.push(...text(lines).trim().split('\n'));
  return { counts: kernel.counts, out: out.join(''), removed, duplicates };
}

/** A fingerprint segment of the rows that a scan copied out. */
function segmentOf(out: string): Uint8Array {
  const rows = out
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'));
  const bytes = Buffer.alloc(rows.length * 24);
  rows.forEach((row, n) =>
    [3, 4, 5].forEach((field, part) =>
      bytes.writeBigUInt64LE(BigInt(row[field]!), n * 24 + part * 8),
    ),
  );
  return bytes;
}

describe('the fingerprint kernel', () => {
  it('computes XXH64 as published', async () => {
    const kernel = await FingerprintKernel.open({ seed: 0n, keyFields: 1, expectedRows: 1 });
    // Known answers of the reference implementation (python-xxhash and the xxHash repository use the same).
    expect(kernel.hash(Buffer.from(''), 0n)).toBe(0xef46db3751d8e999n);
    expect(kernel.hash(Buffer.from('a'), 0n)).toBe(0xd24ec4f1a98c6e5bn);
    expect(kernel.hash(Buffer.from('abc'), 0n)).toBe(0x44bc2cf5ad770999n);
    expect(kernel.hash(Buffer.from('Nobody inspects the spammish repetition'), 0n)).toBe(
      0xfbcea83c8a378bf1n,
    );
  });

  it('tells added, changed, unchanged and removed rows apart', async () => {
    const first = await scan(['1\ta\n2\tb\n3\tc\n']);
    expect(first.counts).toMatchObject({
      queried: 3,
      added: 3,
      unchanged: 0,
      changed: 0,
      invalid: 0,
    });
    const second = await scan(['3\tc\n2\tB\n4\td\n'], { baseline: segmentOf(first.out) });
    expect(second.counts).toMatchObject({
      queried: 3,
      unchanged: 1,
      changed: 1,
      added: 1,
      baselineRows: 3,
    });
    expect(second.out.split('\n').map((line) => [line[0], ...line.split('\t').slice(6)])).toEqual([
      ['C', '2', 'B'],
      ['A', '4', 'd'],
      [undefined],
    ]);
    expect(second.removed).toEqual([first.out.split('\n')[0]!.split('\t').slice(3, 5).join('\t')]);
  });

  it('calls every copy of a repeated key invalid, and none of them removed', async () => {
    const first = await scan(['1\ta\n2\tb\n']);
    const second = await scan(['1\ta\n1\ta\n3\tx\n3\ty\n3\tz\n2\tb\n'], {
      baseline: segmentOf(first.out),
    });
    expect(second.counts).toMatchObject({
      queried: 6,
      invalid: 5,
      unchanged: 1,
      added: 0,
      duplicateKeys: 2,
    });
    expect(second.removed).toEqual([]);
    expect(second.duplicates).toHaveLength(2);
  });

  it('calls a row with a NULL in its key invalid, but not one with the text \\N', async () => {
    const { counts } = await scan(['\\N\ta\tx\n1\t\\N\tx\n1\t\\\\N\tx\n1\tb\t\\N\n'], {
      keyFields: 2,
    });
    expect(counts).toMatchObject({ queried: 4, invalid: 2, added: 2 });
  });

  it('gives the same answer however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(50), fc.string()), { maxLength: 60 }),
        fc.array(fc.nat(400), { maxLength: 8 }),
        async (rows, cuts) => {
          const lines = rows
            .map(([key, value]) => `${key}\t${value.replace(/[\t\n\r\\]/g, '_')}\n`)
            .join('');
          const bytes = Buffer.from(lines);
          const places = [
            0,
            ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
            bytes.length,
          ];
          const whole = await scan([lines]);
          const kernel = await FingerprintKernel.open({ seed: 7n, keyFields: 1, expectedRows: 1 });
          let out = '';
          places
            .slice(1)
            .forEach((place, n) =>
              kernel.scan(bytes.subarray(places[n], place), (l) => (out += text(l))),
            );
          expect(kernel.counts).toEqual(whole.counts);
          expect(out).toBe(whole.out);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('takes rows longer than its buffer', async () => {
    const long = 'x'.repeat(3_000_000);
    const { counts, out } = await scan([
      `1\t${long.slice(0, 1_500_000)}`,
      `${long.slice(1_500_000)}\n2\ty\n`,
    ]);
    expect(counts).toMatchObject({ queried: 2, added: 2 });
    expect(out.length).toBeGreaterThan(3_000_000);
  });

  it('refuses a stream that ends in the middle of a row', async () => {
    await expect(scan(['1\ta\n2\tb'])).rejects.toMatchObject({ code: 'source.cut' });
  });

  it('grows far beyond what was expected', async () => {
    const rows = Array.from({ length: 300_000 }, (_, n) => `${n}\tvalue ${n}\n`).join('');
    const first = await scan([rows]);
    expect(first.counts).toMatchObject({ queried: 300_000, added: 300_000 });
    const again = await scan([rows], { baseline: segmentOf(first.out) });
    expect(again.counts).toMatchObject({ unchanged: 300_000, added: 0, changed: 0 });
    expect((await scan([rows], { baseline: segmentOf(first.out), all: true })).counts.changed).toBe(
      300_000,
    );
  });
});
