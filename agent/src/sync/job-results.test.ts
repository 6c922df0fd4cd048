import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDuck } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import { endsOfJob } from './job-results.js';
import type { JobEnd } from './job-results.js';

let directory: string;
let duck: Duck;
let files = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-job-results-'));
  duck = await openDuck({ directory, memoryMiB: 96 });
});
afterAll(async () => {
  duck.close();
  await rm(directory, { recursive: true });
});

const write = async (text: string): Promise<string> => {
  const path = join(directory, `file-${files++}.csv`);
  await writeFile(path, text);
  return path;
};

async function ends(
  sent: string,
  told: { accepted?: string; rejected?: string; untouched?: string },
  { keyColumns = ['id'], ords = 'select 10 + range as ord from range(100) order by ord' } = {},
): Promise<JobEnd[]> {
  const path = await write(sent);
  const load = { path, folder: directory, columns: [], keyColumns, number: files, change: 'added' };
  const results = await Promise.all(
    (Object.keys(told) as (keyof typeof told)[]).map(async (kind) => ({
      kind,
      path: await write(told[kind] ?? ''),
      ...(kind === 'rejected' && { reason: 'sf__Error' }),
    })),
  );
  const of = { duck, load: { ...load, change: 'added' as const }, ords };
  return endsOfJob(results, { ...of, format: { kind: 'csv', compression: 'none' } });
}

it('finds each row by its key, in whatever order it is told of, and joins neighbours that ended alike', async () => {
  const sent = 'id,name\na,x\nb,x\nc,x\nd,x\ne,x\n';
  const told = {
    accepted: 'sf__Id,id,name\n3,c,x\n1,a,x\n2,b,x\n',
    rejected: '"sf__Id","sf__Error","id"\n"","BAD:no, ""really""","e"\n',
  };
  const ords = 'select unnest([10, 11, 12, 20, 21]) as ord';
  expect(await ends(sent, told, { ords })).toEqual([
    { from: 10, to: 13, kind: 'accepted' },
    { from: 20, to: 21, kind: 'unknown' },
    {
      from: 21,
      to: 22,
      kind: 'rejected',
      reason: 'BAD:no, "really"',
      sample: { id: 'e', name: 'x' },
    },
  ]);
});

it('tells keys apart that differ in case, space or digits alone, and knows those with commas, quotes and line feeds', async () => {
  const sent = 'id\nA\na\n" a"\n1.0\n1\n"x,""y""\nz"\n';
  const told = { accepted: 'id\n1\n" a"\na\n', untouched: 'id\n"x,""y""\nz"\n' };
  const ords = 'select range as ord from range(6)';
  expect(await ends(sent, told, { ords })).toEqual([
    { from: 0, to: 1, kind: 'unknown' },
    { from: 1, to: 3, kind: 'accepted' },
    { from: 3, to: 4, kind: 'unknown' },
    { from: 4, to: 5, kind: 'accepted' },
    { from: 5, to: 6, kind: 'untouched' },
  ]);
});

it('counts rows that are the same as often as they are told of', async () => {
  const sent = 'id,n\na,\na,\na,\nb,1\n';
  const told = { accepted: 'id,n\na,\na,\n', rejected: 'sf__Error,id,n\nBAD,b,1\n' };
  const of = { keyColumns: ['id', 'n'], ords: 'select range as ord from range(4)' };
  const told4 = await ends(sent, told, of);
  expect(told4.map(({ from, to, kind }) => [kind, to - from])).toEqual([
    ['accepted', 2],
    ['unknown', 1],
    ['rejected', 1],
  ]);
});
