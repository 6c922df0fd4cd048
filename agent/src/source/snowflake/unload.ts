import type { SourceQuery, UnloadPlace, UnloadedRows } from '../../connector/source.js';
import { openModel } from './query.js';
import type { Querying } from './query.js';
import { quoteTable, quoteText } from './name.js';
import type { Session } from './session.js';

/** What a file weighs at most, compressed: it comes down whole, and is larger as lines. */
const fileBytes = 64 << 20;

/** By what the warehouse reaches the agent's bucket: an external stage whose URL is bucket and prefix, or an integration. */
export type Way = { stage: string } | { integration: string };

/** Has the warehouse write the rows into the agent's bucket, each column its canonical text. */
export async function openUnload(
  query: SourceQuery,
  to: UnloadPlace,
  querying: Querying & { way: Way },
): Promise<UnloadedRows> {
  const { session, columns, form, sql } = await openModel(query, querying);
  return {
    columns,
    form,
    unload: () => unload(session, copyInto(to, querying.way, sql)),
    close: () => session.close(),
  };
}

/** https://docs.snowflake.com/en/sql-reference/sql/copy-into-location (read 2026-11) */
function copyInto(to: UnloadPlace, way: Way, sql: string): string {
  return `copy into ${placeOf(to, way)} from (${sql})
    file_format = (type = parquet) header = true detailed_output = true
    max_file_size = ${fileBytes}
    ${'integration' in way ? `storage_integration = ${quoteTable(way.integration)}` : ''}`;
}

function placeOf({ url, key }: UnloadPlace, way: Way): string {
  return 'integration' in way ? quoteText(url) : quoteText(`@${quoteTable(way.stage)}/${key}`);
}

/** One row comes for each file. */
async function unload(session: Session, sql: string): Promise<number> {
  try {
    const files = await session.finish(sql);
    return files.reduce((sum, file) => sum + Number(file['ROW_COUNT'] ?? 0), 0);
  } finally {
    await session.close();
  }
}
