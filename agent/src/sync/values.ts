import type { Duck } from '../duck/duck.js';
import { valueColumn } from './mapping.js';
import { parquet } from './work-files.js';

/** Parquet of a segment: of acknowledged values, or of keys that were taken out. */
export interface ValueFile {
  paths: string[];
  gone: boolean;
}

/** SQL of one pass: `klo`, `khi`, `rh`, `gone` and the named columns, as the latest file has them for each key. */
export type Latest = (pass: string) => string;

/**
 * Finds which of the files says the latest about each key, of all keys or those in the relation `wanted`. That is done
 * on keys alone, and pass by pass: whole rows of a large baseline would not fit into memory.
 */
export async function findLatest(
  duck: Duck,
  name: string,
  from: {
    files: readonly ValueFile[];
    names: readonly string[];
    passes: readonly string[];
    wanted?: string;
  },
): Promise<Latest> {
  const { files, names, passes, wanted } = from;
  const [only, ...others] = files;
  if (only && wanted && others.length === 0) return latestOf(duck, { file: only, names, wanted });
  await duck.run(`create table ${name} (segment integer, klo ubigint, khi ubigint)`);
  for (const pass of passes) {
    const keys = files.map(
      ({ paths }, n) => `select ${n} as segment, klo, khi from ${parquet(paths)} where ${pass}`,
    );
    const among = wanted
      ? `semi join (select * from ${wanted} where ${pass}) using (klo, khi)`
      : '';
    await duck.run(`insert into ${name} select max(segment), klo, khi
      from (${keys.join(' union all ')}) ${among} group by klo, khi`);
  }
  const reads: string[] = [];
  for (const [n, { paths, gone }] of files.entries()) {
    reads.push(`select ${n} as segment, klo, khi, rh, ${gone} as gone, ${await valueList(duck, paths, names)}
      from ${parquet(paths)}`);
  }
  // One join for all files: each has buffers of its own, and there may be as many files as segments.
  return (pass) => `select * exclude (segment) from (${reads
    .map((read) => `${read} where ${pass}`)
    .join(' union all by name ')})
    semi join (select segment, klo, khi from ${name} where ${pass}) using (segment, klo, khi)`;
}

/** A key is once in a file. */
async function latestOf(
  duck: Duck,
  { file, names, wanted }: { file: ValueFile; names: readonly string[]; wanted: string },
): Promise<Latest> {
  const { paths, gone } = file;
  const list = await valueList(duck, paths, names);
  return (pass) => `select klo, khi, rh, ${gone} as gone, ${list} from ${parquet(paths)}
    semi join (select klo, khi from ${wanted} where ${pass}) using (klo, khi) where ${pass}`;
}

/** A file that was written before the mapping had a column knows no value of it. */
export async function valueList(
  duck: Duck,
  paths: readonly string[],
  names: readonly string[],
): Promise<string> {
  const had = await columnsIn(duck, paths);
  return names
    .map((name) => (had.has(`c:${name}`) ? '' : 'cast(null as varchar) as ') + valueColumn(name))
    .join(', ');
}

/** All files of a segment have those of the first. */
export async function columnsIn(duck: Duck, paths: readonly string[]): Promise<Set<string>> {
  const rows = await duck.rows(
    `select column_name from (describe select * from ${parquet(paths)})`,
  );
  return new Set(rows.map(([name]) => String(name)));
}
