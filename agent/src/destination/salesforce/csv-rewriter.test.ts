import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { CsvRewriter, cellOf } from './csv-rewriter.js';
import type { Cell } from './csv-rewriter.js';

/** Read in pieces of so many bytes: every cell as JSON. */
async function read(text: string, bytes: number): Promise<string[]> {
  const rows: string[] = [];
  const row = (cells: readonly Cell[]): string => {
    rows.push(JSON.stringify(cells.map((cell) => (cell.isQuoted ? [cell.text] : cell.text))));
    return 'row\n';
  };
  const whole = Buffer.from(text);
  const count = Math.ceil(whole.length / bytes);
  const pieces = Array.from({ length: count }, (_, n) =>
    whole.subarray(n * bytes, (n + 1) * bytes),
  );
  const output = await textOf(
    Readable.from(pieces).pipe(new CsvRewriter({ header: ['x', 'y "z"'], row })),
  );
  expect(output).toBe(`x,"y ""z"""\n${'row\n'.repeat(rows.length)}`);
  return rows;
}

describe('CSV that becomes other CSV', () => {
  const text = 'a,b\n1,"2"\n"",\n"x ""y"", z","two\nlines"\nż🙂,#N/A\n"""",""""""\n';
  const rows = [
    '["1",["2"]]',
    '[[""],""]',
    '[["x \\"y\\", z"],["two\\nlines"]]',
    '["ż🙂","#N/A"]',
    '[["\\""],["\\"\\""]]',
  ];

  it.each([1, 2, 3, 5, 7, 64, 1000])('is read in pieces of %i bytes', async (bytes) => {
    expect(await read(text, bytes)).toEqual(rows);
  });

  it('ends without a line feed as well as with one', async () => {
    expect(await read(text.slice(0, -1), 11)).toEqual(rows);
    expect(await read('a,b\n1,"2"', 4)).toEqual(['["1",["2"]]']);
    expect(await read('a,b\n', 4)).toEqual([]);
  });

  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['"', '""""'],
    ['two\nlines', '"two\nlines"'],
    [' space', '" space"'],
    ['', ''],
  ])('quotes %j where it must', (given, cell) => {
    expect(cellOf(given)).toBe(cell);
  });
});
