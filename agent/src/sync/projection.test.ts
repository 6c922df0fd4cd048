import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Stretch } from './batches.js';
import { projectedStretches } from './projection.js';
import type { FieldPick } from './projection.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-projection-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Limits {
  maxRows: number;
  maxBytes: number;
  upTo: number;
}

async function project(
  rows: readonly (readonly string[])[],
  picks: readonly FieldPick[],
  limits: Partial<Limits> = {},
): Promise<Stretch[]> {
  const half = rows.length >> 1;
  const files = [rows.slice(0, half), rows.slice(half)].map((part, n) => ({
    path: join(directory, `${n}.tsv`),
    text: part.map((row) => `${row.join('\t')}\n`).join(''),
  }));
  for (const { path, text } of files) await writeFile(path, text);
  const projection = { columns: rows[0]?.length ?? 1, picks };
  const all = { maxRows: 1000, maxBytes: 1 << 20, upTo: Infinity, ...limits };
  const stretches: Stretch[] = [];
  for await (const page of projectedStretches(
    files.map(({ path }) => path),
    projection,
    all,
  ))
    stretches.push(...page);
  return stretches;
}

const textOf = (stretches: readonly Stretch[]): string =>
  stretches.map(({ lines }) => Buffer.from(lines).toString()).join('');

it('takes columns, texts, and texts where a column is NULL', async () => {
  const rows = [
    ['1', 'a', '\\N'],
    ['2', '\\N', ''],
    ['3', '\\\\N', 'x'],
  ];
  const picks = [
    { column: 2, otherwise: 'none' },
    { text: 'all' },
    { column: 0 },
    { column: 1 },
    { column: 1, otherwise: '' },
  ];
  expect(textOf(await project(rows, picks))).toBe(
    'none\tall\t1\ta\ta\n\tall\t2\t\\N\t\nx\tall\t3\t\\\\N\t\\\\N\n',
  );
});

it('cuts by rows and bytes, gives a longer row alone, and ends where it is told', async () => {
  const rows = ['aaa', 'bb', 'c', 'x'.repeat(3_000_000), 'd', 'e', 'f'].map((text) => [text]);
  const cut = await project(rows, [{ column: 0 }], { maxRows: 2, maxBytes: 7, upTo: 6 });
  expect(cut.map(({ from, to, lines }) => [from, to, lines.length])).toEqual([
    [0, 2, 7],
    [2, 3, 2],
    [3, 4, 3_000_001],
    [4, 6, 4],
  ]);
});

it('does what JavaScript would, however long the rows are', async () => {
  const field = fc.oneof(fc.constant('\\N'), fc.string({ maxLength: 40 }), fc.constant('ü雪'));
  const row = fc.tuple(field, field, field).map((fields) => fields.map(clean));
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 300 }),
      async (rows, maxRows, maxBytes) => {
        const picks = [{ column: 2 }, { column: 0, otherwise: '?' }, { text: '雪' }, { column: 2 }];
        const stretches = await project(rows, picks, { maxRows, maxBytes });
        const expected = rows.map(([a, , c]) => `${c}\t${a === '\\N' ? '?' : a}\t雪\t${c}\n`);
        expect(textOf(stretches)).toBe(expected.join(''));
        expect(stretches.map(({ to }) => to).at(-1) ?? 0).toBe(rows.length);
        const isTooLarge = ({ from, to, lines }: Stretch): boolean =>
          to - from > maxRows || (to - from > 1 && lines.length > maxBytes);
        expect(stretches.filter(isTooLarge)).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

const clean = (text: string): string => (text === '\\N' ? text : text.replace(/[\t\n\\]/g, '_'));
