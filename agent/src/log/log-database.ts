import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.js';
import { openDuck, quoteText } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import { Failure } from '../failure.js';
import type { Store } from '../store/store.js';
import { makeChangelog } from './changelog-table.js';
import type { Window } from './changelog-table.js';
import { FileCache } from './file-cache.js';
import { makeLatest } from './latest-table.js';
import { makeUnescape } from './line-sql.js';
import { makeRuns } from './runs-table.js';
import { findSyncs } from './sync-place.js';
import type { StoredReport } from './sync-place.js';

export interface LogDatabase {
  duck: Duck;
  /** Columns of the models in the changelog. */
  columns: readonly string[];
}

export interface Wanted extends Window {
  /** By name or id. */
  sync?: string;
  /** Nothing else is fetched. */
  tables: ReadonlySet<string>;
}

export const tableNames = ['changelog', 'latest', 'runs'];

/** Memory that DuckDB may count; larger answers use the work folder. */
const memoryShare = 0.25;

/**
 * Opens the logs as tables, does something with them and forgets them; the files that were fetched stay for the next
 * time. From then on nothing else can be read, and nothing written. `tell` gets what there is to wait for.
 */
export async function withLogs<T>(
  wanted: Wanted,
  from: {
    store: Store;
    config: Pick<Config, 'workDir' | 'memoryMiB'>;
    tell: (text: string) => void;
  },
  act: (database: LogDatabase) => Promise<T>,
): Promise<T> {
  const { config, store } = from;
  const directory = join(config.workDir, `log-${randomUUID()}`);
  const cache = await FileCache.open(store, join(config.workDir, 'log-cache'));
  const memoryMiB = Math.max(128, Math.floor(config.memoryMiB * memoryShare));
  const duck = await openDuck({ directory, memoryMiB });
  try {
    const columns = await makeTables(duck, wanted, { ...from, cache });
    await close(duck, cache.folder);
    return await act({ duck, columns });
  } finally {
    duck.close();
    await rm(directory, { recursive: true, force: true });
    await cache.close();
  }
}

async function makeTables(
  duck: Duck,
  wanted: Wanted,
  from: { store: Store; cache: FileCache; tell: (text: string) => void },
): Promise<string[]> {
  const { store, cache, tell } = from;
  const syncs = await findSyncs(store, (report) => nameIn(report, duck, cache), wanted.sync);
  tell(`Reading the logs of ${syncs.length === 1 ? syncs[0]?.name : `${syncs.length} syncs`} …`);
  await duck.run(`set TimeZone = 'UTC'`);
  await makeUnescape(duck);
  const parts = { store, cache, syncs, window: wanted };
  if (wanted.tables.has('runs')) await makeRuns(duck, parts);
  if (wanted.tables.has('latest')) await makeLatest(duck, parts);
  const { columns, expired } = wanted.tables.has('changelog')
    ? await makeChangelog(duck, parts)
    : { columns: [], expired: 0 };
  if (cache.bytesFetched > 0) tell(`Fetched ${mibOf(cache.bytesFetched)} MiB from the bucket.`);
  if (expired > 0) tell(`${expired} files of the changelog have expired; their rows are missing.`);
  return columns;
}

/** What a sync is called, from its newest report. */
async function nameIn(report: StoredReport, duck: Duck, cache: FileCache): Promise<string> {
  const path = await cache.small(report);
  if (path === undefined) throw gone();
  const [row] = await duck.rows(`select sync_name from read_parquet(${quoteText(path)})`);
  return String(row?.[0]);
}

/** The files that were fetched are all that can be read from here on, whatever the query says. */
async function close(duck: Duck, folder: string): Promise<void> {
  await duck.run(`set allowed_directories = [${quoteText(folder)}]`);
  await duck.run('set enable_external_access = false');
  await duck.run('set lock_configuration = true');
}

function gone(): Failure {
  return new Failure(
    'TRANSIENT',
    'log.moved',
    'A report was removed from the bucket while it was read. Ask again.',
  );
}

const mibOf = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
