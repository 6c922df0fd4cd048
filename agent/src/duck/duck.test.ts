import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDuck } from './duck.js';
import type { Duck } from './duck.js';

let directory: string;
let duck: Duck;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-duck-'));
  duck = await openDuck({ directory, memoryMiB: 128 });
});
afterEach(async () => {
  duck.close();
  await rm(directory, { recursive: true, force: true });
});

it('tells of numbers what is known outside, for many rows, in filters and beside one another', async () => {
  await duck.run('create table numbered as select range::ubigint as ord from range(100000)');
  const counts = await duck.withNumbers(
    (number) => number % 3,
    (third) =>
      duck.withNumbers(
        (number) => (number > 9_007_199_254_000_000 ? 255 : number % 7),
        (seventh) =>
          duck.rows(`select count(*), sum((${third('ord')} <> ord % 3)::int),
              sum((${seventh('ord')} <> ord % 7)::int), max(${seventh('9007199254000001::ubigint')})
            from numbered where ${third('ord')} = 1 and ord % 2 = 0`),
      ),
  );
  expect(counts.flat().map(Number)).toEqual([16_666, 0, 0, 255]);
});

it('answers several statements at once, each for itself', async () => {
  await duck.run('create table numbered as select range::ubigint as ord from range(100000)');
  const ask = (divisor: number): Promise<unknown[][]> =>
    duck.withNumbers(
      (number) => Number(number % divisor === 0),
      (numberOf) => duck.rows(`select sum(${numberOf('ord')}) from numbered`),
    );
  const counts = await Promise.all([2, 4, 5, 8, 10, 16].map(ask));
  expect(counts.flat(2).map(Number)).toEqual([50_000, 25_000, 20_000, 12_500, 10_000, 6_250]);
});

it('lets go of what it told when the work is over, and knows nothing of NULL', async () => {
  let sql = '';
  const known = await duck.withNumbers(
    () => 7,
    async (numberOf) => {
      sql = numberOf('1');
      return duck.rows(`select ${sql}, ${numberOf('null')}`);
    },
  );
  expect(known).toEqual([[7, null]]);
  expect(await duck.rows(`select ${sql}`)).toEqual([[0]]);
});

const brokenHalfWay = (column: string): string =>
  `select ${column} from (select case when n < 900000 then n::varchar else cast('x' || n as bigint)::varchar end as v
     from range(1000000) t(n))`;

it.each([
  ['texts', () => duck.texts(brokenHalfWay('v'))],
  ['numbers', () => duck.numbers(brokenHalfWay('v::ubigint'))],
] as const)(
  'says so when a query breaks off half way, whose rows are read as %s (invariant 5)',
  async (_, read) => {
    const all = async (): Promise<number> => {
      let count = 0;
      for await (const { length } of read()) count += length;
      return count;
    };
    await expect(all()).rejects.toMatchObject({ code: 'internal.duckdb' });
  },
);

it('reads rows in their order, as many as there are, with columns of one name', async () => {
  const seen: (string | null)[][] = [];
  const sql = 'select n::varchar as a, null::varchar as a from range(5000) t(n) order by n desc';
  for await (const rows of duck.texts(sql)) seen.push(...rows);
  expect(seen).toHaveLength(5000);
  expect(seen.at(0)).toEqual(['4999', null]);
  expect(seen.at(-1)).toEqual(['0', null]);
});
