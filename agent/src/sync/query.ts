import type { RowStream, SourceQuery } from '../connector/source.js';
import { Failure } from '../failure.js';
import { columnsRead } from './mapping.js';
import type { Run } from './run.js';
import { streamOf } from './unloaded.js';

/**
 * Model → rows, as the source's own stream; only the columns that key, mapping and templates read. Which copy of a key
 * is the first, the source says: it compares values of its own types, and knows an index on them.
 */
export async function query(run: Run): Promise<RowStream> {
  const { workspaceId, syncId, runId, model } = run.request;
  const columns = columnsRead(run.request);
  const { query: asked, primaryKey: key, duplicates } = model;
  const first = duplicates?.keep === 'first' && { first: { key, orderBy: duplicates.orderBy } };
  const tag = { workspaceId, syncId, runId };
  const stream = await ask({ model: asked, columns, ...first, tag }, run);
  if (stream.columns.some((column, n) => column.name !== columns[n]))
    throw new Failure(
      'INTERNAL',
      'internal.columns',
      'The source gave other columns than it was asked for.',
    );
  return stream;
}

/** Rows that the source sends, or those that it leaves in the bucket. */
async function ask(asked: SourceQuery, { tools, paths, duck }: Run): Promise<RowStream> {
  const { source, store, lease, signal } = tools;
  if (!source.unload) return source.query(asked, signal);
  const key = paths.unloaded(asked.tag.runId, lease.epoch);
  const rows = await source.unload(asked, { url: `${store.url}${key}`, key }, signal);
  return streamOf(rows, key, { ...tools, duck });
}
