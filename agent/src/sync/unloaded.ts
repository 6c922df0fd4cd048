import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RowStream, UnloadedRows } from '../connector/source.js';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import type { ListedObject } from '../store/store.js';
import type { SyncTools } from './tools.js';

/** What is read of a file of lines at a time. */
const chunkBytes = 1 << 20;

type Context = Pick<SyncTools, 'store' | 'workDir' | 'signal'> & { duck: Duck };

/**
 * What a source has unloaded to a place in the bucket, as lines. One file at a time comes down and becomes lines, and is
 * removed from the bucket and the disk before the next one; whatever is left goes when the stream is closed.
 */
export function streamOf(rows: UnloadedRows, place: string, context: Context): RowStream {
  const { columns, form } = rows;
  return {
    columns,
    form,
    chunks: chunksOf(rows, place, context),
    close: async () => {
      await rows.close();
      await removeRest(place, context);
    },
  };
}

async function* chunksOf(
  rows: UnloadedRows,
  place: string,
  context: Context,
): AsyncGenerator<Uint8Array> {
  const { store, signal } = context;
  const told = await rows.unload();
  let found = 0;
  for await (const object of store.list(place, signal)) {
    const lines = await linesIn(object, rows.columns.length, context);
    found += lines.rows;
    yield* createReadStream(lines.path, { highWaterMark: chunkBytes });
    await rm(lines.path);
    await store.remove([object.key]);
  }
  if (found !== told) throw missing(found, told);
}

/** Writes the rows of one file as lines. */
async function linesIn(
  object: ListedObject,
  columns: number,
  { store, workDir, duck, signal }: Context,
): Promise<{ path: string; rows: number }> {
  const file = join(workDir, 'unloaded.parquet');
  const path = join(workDir, 'unloaded.tsv');
  await store.download(object, file, signal);
  const names = Array.from({ length: columns }, (_, n) => `c${n}`);
  // While the source is read, the other connection is the comparison's.
  const [[rows] = []] = await duck.aside(`copy (select ${names.map(escaped).join(', ')}
      from read_parquet(${quoteText(file)}, binary_as_string = true) as t(${names.join(', ')}))
    to ${quoteText(path)} (format csv, delimiter '\t', header false, quote '', escape '', nullstr '\\N')`);
  await rm(file);
  return { path, rows: Number(rows) };
}

/** What a line escapes, the backslash first; see `connector/lines.ts`. */
const signs: readonly (readonly [code: number, letter: string])[] = [
  [92, '\\'],
  [9, 't'],
  [10, 'n'],
  [13, 'r'],
  [8, 'b'],
  [12, 'f'],
  [11, 'v'],
];

/** SQL of a text as it stands in a line. Few texts have anything to escape. */
function escaped(name: string): string {
  const replaced = signs.reduce(
    (sql, [code, letter]) => `replace(${sql}, chr(${code}), ${quoteText(`\\${letter}`)})`,
    name,
  );
  return `case when regexp_matches(${name}, '[\\\\\\t\\n\\r\\x08\\f\\v]') then ${replaced} else ${name} end`;
}

function missing(found: number, told: number): Failure {
  if (found === 0)
    return new Failure(
      'CONFIG',
      'source.unloaded_elsewhere',
      'The source has unloaded its rows, and none is in the bucket of the agent.',
    );
  return new Failure('TRANSIENT', 'source.cut', 'The result of the query did not come whole.', {
    detail: `${found} rows were found of ${told}`,
  });
}

/** What a run that broke off has left. Nobody needs it, so the lifecycle rule of runs takes what this does not. */
async function removeRest(place: string, { store }: Context): Promise<void> {
  const keys: string[] = [];
  try {
    for await (const { key } of store.list(place)) keys.push(key);
    if (keys.length > 0) await store.remove(keys);
  } catch {
    // The run has failed already, or has all its rows.
  }
}
