import { ChunkReader } from './chunks.js';
import { MalformedRows, RowDecoder } from './decode.js';
import { resultOf } from './result.js';
import type { Asking } from './result.js';

/** The result of a query as canonical lines, part by part; every row of it, or a failure. */
export async function* linesOf(
  queryId: string,
  columns: number,
  asking: Asking,
): AsyncGenerator<Uint8Array<ArrayBuffer>, number> {
  const result = await resultOf(queryId, asking);
  const decoder = new RowDecoder(columns);
  const first = JSON.stringify(result.rowset);
  yield decoder.take(Buffer.from(first.slice(1, -1)));
  decoder.end();
  for await (const piece of new ChunkReader(result, queryId, asking).pieces())
    if (piece) yield decoder.take(piece);
    else decoder.end();
  if (decoder.rows !== result.total)
    throw new MalformedRows(`${decoder.rows} rows came of ${result.total}`);
  return decoder.rows;
}
