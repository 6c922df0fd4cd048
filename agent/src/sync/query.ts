import type { RowStream } from '../connector/source.js';
import { Failure } from '../failure.js';
import { columnsRead } from './mapping.js';
import type { SyncRequest } from './sync-request.js';
import type { SyncTools } from './tools.js';

/**
 * Model → rows, as the source's own stream; only the columns that key, mapping and templates read. Which copy of a key
 * is the first, the source says: it compares values of its own types, and knows an index on them.
 */
export async function query(request: SyncRequest, tools: SyncTools): Promise<RowStream> {
  const columns = columnsRead(request);
  const { workspaceId, syncId, runId } = request;
  const { query: model, primaryKey: key, duplicates } = request.model;
  const first = duplicates?.keep === 'first' && { first: { key, orderBy: duplicates.orderBy } };
  const stream = await tools.source.query(
    { model, columns, ...first, tag: { workspaceId, syncId, runId } },
    tools.signal,
  );
  if (stream.columns.some((column, n) => column.name !== columns[n]))
    throw new Failure(
      'INTERNAL',
      'internal.columns',
      'The source gave other columns than it was asked for.',
    );
  return stream;
}
