import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuck } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import { isWithin, rangeTable } from './range-table.js';
import type { Range } from './ranges.js';

let directory: string;
let duck: Duck;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ranges-'));
  duck = await openDuck({ directory: join(directory, 'duck'), memoryMiB: 96 });
  await duck.run('create table row as select n::ubigint as ord from range(2000) as r(n)');
});
afterAll(async () => {
  duck.close();
  await rm(directory, { recursive: true, force: true });
});

const ranges = fc.array(
  fc.tuple(fc.nat(1999), fc.nat(600)).map(([from, rows]): Range => [from, from + rows]),
  { maxLength: 12 },
);

test('a row is found in exactly the ranges that it lies in, once in each mark (invariant 8)', async () => {
  await fc.assert(
    fc.asyncProperty(ranges, ranges, async (some, others) => {
      const table = await rangeTable(join(directory, 'ranges.tsv'), { some, others });
      const found = await duck.rows(`select r.mark, row.ord from row
        join ${table} as r on ${isWithin('row', 'r')} order by all`);
      const lying = (of: readonly Range[], mark: string): [string, number][] =>
        Array.from({ length: 2000 }, (_, ord) => ord)
          .filter((ord) => of.some(([from, to]) => ord >= from && ord < to))
          .map((ord) => [mark, ord]);
      expect(found.map(([mark, ord]) => [mark, Number(ord)])).toEqual([
        ...lying(others, 'others'),
        ...lying(some, 'some'),
      ]);
    }),
    { numRuns: 40 },
  );
});

test('half a million rows are told from their neighbours in one go (invariant 7)', async () => {
  const every = Array.from({ length: 500_000 }, (_, n): Range => [n * 2, n * 2 + 1]);
  const table = await rangeTable(join(directory, 'every.tsv'), { every });
  const [count] = await duck.rows(`select count(*), count(*) filter (row.ord % 2 = 0)
    from (select n::ubigint as ord from range(1_000_000) as r(n)) as row
    join ${table} as r on ${isWithin('row', 'r')}`);
  expect(count!.map(Number)).toEqual([500_000, 500_000]);
});
