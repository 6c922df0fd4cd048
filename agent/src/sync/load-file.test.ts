import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileFormat } from '../connector/destination.js';
import { linesOf } from '../connector/lines.js';
import type { ValueType } from '../connector/value.js';
import { openDuck, quoteName, quoteText } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import { loadColumns } from './load-columns.js';
import type { LoadColumn } from './load-columns.js';
import { writeLoadFile } from './load-file.js';
import type { LoadFile } from './load-file.js';

let directory: string;
let duck: Duck;
let path: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-load-'));
  duck = await openDuck({ directory, memoryMiB: 128 });
  path = join(directory, 'load');
});
afterAll(async () => {
  duck.close();
  await rm(directory, { recursive: true, force: true });
});

type Texts = readonly (string | null)[];
interface Told {
  types: readonly ValueType[];
  rows: readonly Texts[];
  format?: Partial<FileFormat>;
  range?: { from: number; to: number };
}

/** Writes rows of canonical texts under the names c0, c1, … */
async function write({
  types,
  rows,
  format,
  range,
}: Told): Promise<{ bytes: number; rows: number }> {
  await stage(rows, types.length);
  const columns = types.map((type, n): LoadColumn => {
    return { name: `c${n}`, type, sql: quoteName(`f${n}`), omitsNull: false };
  });
  return writeLoadFile(duck, {
    rows: { from: 'staged', columns, change: 'added' },
    format: { kind: 'csv', compression: 'none', ...format },
    range: range ?? { from: 0, to: rows.length },
    path,
  });
}

/** As lines have them: what is escaped stays escaped. */
async function stage(rows: readonly Texts[], width: number): Promise<void> {
  const fields = rows.map((row) =>
    Buffer.from(linesOf([row]))
      .toString()
      .slice(0, -1)
      .split('\t'),
  );
  const names = Array.from({ length: width }, (_, n) => `f${n} varchar`);
  await duck.run(`create or replace table staged (ord ubigint, ${names.join(', ')})`);
  const values = fields.map(
    (row, ord) => `(${ord}, ${row.map((f) => (f === '\\N' ? 'null' : quoteText(f))).join(', ')})`,
  );
  // Out of order, as a join may leave them.
  if (rows.length > 0)
    await duck.run(`insert into staged values ${values.toReversed().join(', ')}`);
}

const text = async (): Promise<string> => readFile(path, 'utf8');

/** RFC 4180 by the letter; a field without quotes is told from one with them, as only the latter is an empty text. */
function parsedCsv(csv: string, delimiter = ','): (string | null)[][] {
  const rows: (string | null)[][] = [[]];
  const field = new RegExp(`("(?:[^"]|"")*"|[^"\\n\\r${delimiter}]*)(${delimiter}|\\n)`, 'y');
  while (field.lastIndex < csv.length) {
    const at = field.lastIndex;
    const found = field.exec(csv);
    if (!found) throw new Error(`no CSV at ${at}: ${csv.slice(at, at + 40)}`);
    const [, raw = '', end] = found;
    const value = raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw || null;
    rows.at(-1)?.push(value);
    if (end === '\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

interface Sample {
  type: ValueType;
  canonical: string;
  csv?: string;
  json?: string;
  parquet?: string;
  as?: string;
}

/** Of every type: the canonical text, what CSV says, what NDJSON says, what Parquet holds and as what. */
const samples: Sample[] = [
  { type: 'boolean', canonical: 't', csv: 'true', json: 'true', parquet: 'true', as: 'BOOLEAN' },
  { type: 'boolean', canonical: 'f', csv: 'false', json: 'false', parquet: 'false', as: 'BOOLEAN' },
  { type: 'integer', canonical: '9007199254740993', json: '9007199254740993', as: 'BIGINT' },
  {
    type: 'integer',
    canonical: '-9223372036854775808',
    json: '-9223372036854775808',
    as: 'BIGINT',
  },
  {
    type: 'integer',
    canonical: '9223372036854775808',
    json: '9223372036854775808',
    as: 'DECIMAL(38,0)',
  },
  { type: 'integer', canonical: '9'.repeat(38), json: '9'.repeat(38), as: 'DECIMAL(38,0)' },
  { type: 'integer', canonical: '9'.repeat(39), json: '9'.repeat(39), as: 'VARCHAR' },
  { type: 'decimal', canonical: '12.50', json: '12.50', as: 'DECIMAL(38,2)' },
  {
    type: 'decimal',
    canonical: '-0.1234567890123456789',
    json: '-0.1234567890123456789',
    as: 'DECIMAL(38,19)',
  },
  {
    type: 'decimal',
    canonical: '1234567890123456.78',
    json: '1234567890123456.78',
    as: 'DECIMAL(38,2)',
  },
  {
    type: 'decimal',
    canonical: '123456789012345678',
    json: '123456789012345678',
    as: 'DECIMAL(38,0)',
  },
  {
    type: 'timestamp',
    canonical: '2026-02-28 23:59:59.500',
    csv: '2026-02-28T23:59:59.500',
    json: '"2026-02-28T23:59:59.500"',
    parquet: '2026-02-28 23:59:59.5',
    as: 'TIMESTAMP',
  },
  {
    type: 'time',
    canonical: '10:00:00.000',
    json: '"10:00:00.000"',
    parquet: '10:00:00',
    as: 'TIME',
  },
  {
    type: 'decimal',
    canonical: `0.${'1'.repeat(38)}`,
    json: `0.${'1'.repeat(38)}`,
    parquet: `.${'1'.repeat(38)}`,
    as: 'DECIMAL(38,38)',
  },
  { type: 'decimal', canonical: `1.${'1'.repeat(38)}`, json: `1.${'1'.repeat(38)}`, as: 'VARCHAR' },
  { type: 'decimal', canonical: 'NaN', json: '"NaN"', as: 'VARCHAR' },
  { type: 'decimal', canonical: '-Infinity', json: '"-Infinity"', as: 'VARCHAR' },
  { type: 'float', canonical: '0.1', json: '0.1', as: 'DOUBLE' },
  { type: 'float', canonical: '1e+300', json: '1e+300', parquet: '1e+300', as: 'DOUBLE' },
  { type: 'float', canonical: '-0', json: '-0', parquet: '-0.0', as: 'DOUBLE' },
  { type: 'float', canonical: 'NaN', json: '"NaN"', parquet: 'nan', as: 'DOUBLE' },
  { type: 'float', canonical: 'Infinity', json: '"Infinity"', parquet: 'inf', as: 'DOUBLE' },
  { type: 'text', canonical: 'plain', json: '"plain"' },
  { type: 'text', canonical: '', json: '""' },
  { type: 'text', canonical: '\\N', json: '"\\\\N"' },
  {
    type: 'text',
    canonical: '\\t\t\\\\n\n\\\r\b\f\v',
    json: '"\\\\t\\t\\\\\\\\n\\n\\\\\\r\\b\\f\\u000B"',
  },
  { type: 'text', canonical: '"é",\u0001 😀', json: '"\\"é\\",\\u0001 😀"' },
  { type: 'bytes', canonical: '\\x', csv: '', json: '""', parquet: '', as: 'BLOB' },
  {
    type: 'bytes',
    canonical: '\\x00ff10',
    csv: 'AP8Q',
    json: '"AP8Q"',
    parquet: '\\x00\\xFF\\x10',
    as: 'BLOB',
  },
  { type: 'date', canonical: '2026-02-28', json: '"2026-02-28"', as: 'DATE' },
  { type: 'date', canonical: '0044-03-15 BC', json: '"0044-03-15 BC"' },
  { type: 'date', canonical: 'infinity', json: '"infinity"' },
  { type: 'time', canonical: '23:59:59.5', json: '"23:59:59.5"', as: 'TIME' },
  { type: 'time', canonical: '24:00:00', json: '"24:00:00"', as: 'TIME' },
  { type: 'time', canonical: '10:00:00.123456789', json: '"10:00:00.123456789"' },
  {
    type: 'timestamp',
    canonical: '2026-02-28 23:59:59.123456',
    csv: '2026-02-28T23:59:59.123456',
    json: '"2026-02-28T23:59:59.123456"',
    as: 'TIMESTAMP',
  },
  {
    type: 'timestamp',
    canonical: '12026-02-28 23:59:59',
    csv: '12026-02-28T23:59:59',
    json: '"12026-02-28T23:59:59"',
    as: 'TIMESTAMP',
  },
  { type: 'timestamp', canonical: '-infinity', json: '"-infinity"' },
  {
    type: 'timestamptz',
    canonical: '2026-02-28 23:59:59+00',
    csv: '2026-02-28T23:59:59Z',
    json: '"2026-02-28T23:59:59Z"',
    as: 'TIMESTAMP WITH TIME ZONE',
  },
  {
    type: 'timestamptz',
    canonical: '0044-03-15 10:00:00+00 BC',
    json: '"0044-03-15 10:00:00+00 BC"',
  },
  { type: 'interval', canonical: '1 year 2 days -03:00:00', json: '"1 year 2 days -03:00:00"' },
  {
    type: 'uuid',
    canonical: '0190c0de-0000-7000-8000-000000000001',
    json: '"0190c0de-0000-7000-8000-000000000001"',
    as: 'UUID',
  },
  {
    type: 'json',
    canonical: '{"a": 1.10,\n\t"b":[12345678901234567890]}',
    json: '{"a": 1.10,  "b":[12345678901234567890]}',
  },
  { type: 'json', canonical: '"\\n\\\\"', json: '"\\n\\\\"' },
  { type: 'array', canonical: '{"a\\"b",NULL}', json: '"{\\"a\\\\\\"b\\",NULL}"' },
  { type: 'other', canonical: '[1,5)', json: '"[1,5)"' },
];

describe('a value of every type', () => {
  it.each(samples)('$type $canonical', async ({ type, canonical, csv, json, parquet, as }) => {
    const told: Told = {
      types: ['integer', type],
      rows: [
        ['1', canonical],
        ['2', null],
      ],
    };
    await write(told);
    expect(parsedCsv(await text())).toEqual([
      ['c0', 'c1'],
      ['1', csv ?? canonical],
      ['2', null],
    ]);
    await write({ ...told, format: { kind: 'ndjson' } });
    expect(await text()).toBe(`{"c0":1,"c1":${json}}\n{"c0":2,"c1":null}\n`);
    await write({ ...told, format: { kind: 'parquet' } });
    expect(
      await duck.rows(`select typeof(c1), c1::varchar from read_parquet(${quoteText(path)})`),
    ).toEqual([
      [as ?? 'VARCHAR', parquet ?? canonical],
      [as ?? 'VARCHAR', null],
    ]);
  });
});

it('keeps any text', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.string({ unit: unit }), fc.option(fc.string({ unit: unit })))),
      async (rows) => {
        const told = { types: ['text', 'text'] as const, rows };
        await write({ ...told, format: { delimiter: ';' } });
        expect(parsedCsv(await text(), ';').slice(1)).toEqual(rows);
        await write({ ...told, format: { kind: 'ndjson' } });
        const lines = (await text()).split('\n').slice(0, -1);
        expect(lines.map((line) => Object.values(JSON.parse(line) as object) as unknown)).toEqual(
          rows,
        );
        await write({ ...told, format: { kind: 'parquet' } });
        expect(await duck.rows(`select * from read_parquet(${quoteText(path)})`)).toEqual(rows);
      },
    ),
    { numRuns: 30 },
  );
});

const unit = fc.constantFrom(...('\\tnrbfvN"\',;#\t\n\r\b\f\v\u0001 aé😀'.match(/./gsu) ?? []));

it('says NULL with a word of its own, and an empty text with quotes', async () => {
  const rows = [
    ['1', null],
    ['2', ''],
    ['3', '#N/A'],
  ];
  await write({ types: ['integer', 'text'], rows, format: { nullText: '#N/A' } });
  expect(await text()).toBe('c0,c1\n1,#N/A\n2,""\n3,"#N/A"\n');
});

it('leaves no empty line where the only column is NULL', async () => {
  await write({ types: ['text'], rows: [[null], ['']] });
  expect(await text()).toBe('c0\n""\n""\n');
});

it.each([
  ['none', (bytes: Buffer) => bytes],
  ['gzip', gunzipSync],
  ['zstd', zstdDecompressSync],
] as const)('compresses: %s', async (compression, plain) => {
  const rows = Array.from({ length: 3000 }, (_, n) => [String(n)]);
  const csv = `c0\n${rows.map(([n]) => `${n}\n`).join('')}`;
  const written = await write({ types: ['integer'], rows, format: { compression } });
  const bytes = await readFile(path);
  expect(written).toEqual({ bytes: bytes.length, rows: 3000 });
  expect(plain(bytes).toString()).toBe(csv);
  await write({ types: ['integer'], rows, format: { kind: 'parquet', compression } });
  expect(
    await duck.rows(`select distinct compression from parquet_metadata(${quoteText(path)})`),
  ).toEqual([[{ none: 'UNCOMPRESSED', gzip: 'GZIP', zstd: 'ZSTD' }[compression]]]);
});

it('writes a range, in order, with the operation first', async () => {
  const rows = ['a', 'b', 'c', 'd'].map((name) => [name]);
  const told: Told = { types: ['text'], rows, range: { from: 1, to: 3 } };
  const operationColumn = '_op';
  expect(await write({ ...told, format: { operationColumn } })).toMatchObject({ rows: 2 });
  expect(await text()).toBe('_op,c0\nadded,b\nadded,c\n');
  await write({ ...told, format: { kind: 'ndjson', operationColumn } });
  expect(await text()).toBe('{"_op":"added","c0":"b"}\n{"_op":"added","c0":"c"}\n');
  await write({ ...told, format: { kind: 'parquet', operationColumn } });
  expect(await duck.rows(`select _op, c0 from read_parquet(${quoteText(path)})`)).toEqual([
    ['added', 'b'],
    ['added', 'c'],
  ]);
});

it('decides on types by all rows, not by those of one file', async () => {
  const rows = [['1'], ['9223372036854775808']];
  await write({ types: ['integer'], rows, range: { from: 0, to: 1 }, format: { kind: 'parquet' } });
  expect(await duck.rows(`select typeof(c0) from read_parquet(${quoteText(path)})`)).toEqual([
    ['DECIMAL(38,0)'],
  ]);
});

it.each(['{', '[1,]', 'NaN', ''])('refuses %j in a json column for NDJSON alone', async (bad) => {
  const told: Told = { types: ['json'], rows: [['[]'], [bad]] };
  await expect(write({ ...told, format: { kind: 'ndjson' } })).rejects.toMatchObject({
    kind: 'REJECTED',
    code: 'record.bad_json',
  });
  await write({ ...told, range: { from: 0, to: 1 }, format: { kind: 'ndjson' } });
  await write(told);
  expect(parsedCsv(await text())).toEqual([['c0'], ['[]'], [bad]]);
});

it('writes names of any kind, a field in place of a key field of the same name, and leaves out NULLs', async () => {
  await stage([["it's", null, '7']], 3);
  const columns = loadColumns(
    {
      key: [{ name: 'a "b"', type: 'integer', nulls: 'send' }],
      fields: [
        { name: "c'd,", type: 'text', nulls: 'omit' },
        { name: 'a "b"', type: 'text', nulls: 'send' },
      ],
      expressions: () => ['f2', 'f1', 'f0'],
    },
    'changed',
  );
  const file = (kind: FileFormat['kind']): LoadFile => ({
    rows: { from: 'staged', columns, change: 'changed' },
    format: { kind, compression: 'none', operationColumn: "o'p" },
    range: { from: 0, to: 1 },
    path,
  });
  await writeLoadFile(duck, file('csv'));
  expect(await text()).toBe(`o'p,"a ""b""","c'd,"\nchanged,it's,\n`);
  await writeLoadFile(duck, file('ndjson'));
  expect(await text()).toBe(`{"o'p":"changed","a \\"b\\"":"it's"}\n`);
  await writeLoadFile(duck, file('parquet'));
  expect(
    await duck.rows(`select "o'p", "a ""b""", "c'd," from read_parquet(${quoteText(path)})`),
  ).toEqual([['changed', "it's", null]]);
});

it('makes a file of no rows', async () => {
  expect(await write({ types: ['text', 'decimal'], rows: [] })).toMatchObject({ rows: 0 });
  expect(await text()).toBe('c0,c1\n');
});
