import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDuck, quoteText } from '../duck/duck.js';
import { findLatest } from './values.js';
import type { ValueFile } from './values.js';
import { asParquet } from './work-files.js';

it('finds the latest values in as many files as a baseline has, with the memory of a small agent', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-values-'));
  const duck = await openDuck({ directory, memoryMiB: 96 });
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const files: ValueFile[] = [];
  const write = async (from: number, to: number, gone: boolean): Promise<void> => {
    const path = join(directory, `segment-${files.length}.parquet`);
    const values = names.map((name) => `'${files.length} ' || md5(n::text) as "c:${name}"`);
    await duck.run(`copy (select n::ubigint as klo, n::ubigint as khi, 0::ubigint as rh, ${values.join(', ')}
      from range(${from}, ${to}) as r (n)) to ${quoteText(path)} ${asParquet}`);
    files.push({ paths: [path], gone });
  };
  await write(0, 150_000, false);
  for (let n = 1; n < 19; n += 1) await write(n * 300, n * 300 + 200, n === 18);

  const latest = await findLatest(duck, 'latest', { files, names, passes: ['true'] });
  const result = join(directory, 'result.parquet');
  await duck.run(
    `copy (select * from (${latest('true')}) where not gone) to ${quoteText(result)} ${asParquet}`,
  );
  const [counts] = await duck.rows(`select count(*)::int, count(distinct klo)::int,
    (count(*) filter (where split_part("c:a", ' ', 1) = '17'))::int from read_parquet(${quoteText(result)})`);
  expect(counts).toEqual([149_800, 149_800, 200]);
  duck.close();
  await rm(directory, { recursive: true, force: true });
});
