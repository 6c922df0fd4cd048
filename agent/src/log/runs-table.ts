import { quoteText } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import type { Store } from '../store/store.js';
import { basicTime } from '../sync/paths.js';
import type { Window } from './changelog-table.js';
import { inLanes } from './file-cache.js';
import type { FileCache } from './file-cache.js';
import type { SyncPlace } from './sync-place.js';

/** Makes the view `runs`: the reports. */
export async function makeRuns(
  duck: Duck,
  from: { store: Store; cache: FileCache; syncs: readonly SyncPlace[]; window: Window },
): Promise<void> {
  const { store, cache, syncs, window } = from;
  const wanted: { key: string; bytes: number }[] = [];
  for (const { paths } of syncs)
    for await (const object of store.list(paths.runReports))
      if (isWanted(object.key.slice(paths.runReports.length), window)) wanted.push(object);
  const found = await inLanes(wanted, (object) => cache.small(object));
  const files = found.filter((path) => path !== undefined).map(quoteText);
  await duck.run(
    files.length > 0
      ? `create view runs as select * from read_parquet([${files.join(', ')}], union_by_name = true)`
      : `create view runs as ${empty}`,
  );
}

const empty = `select null::varchar as run, null::bigint as epoch, null::varchar as "sync", null::varchar as sync_name,
  null::timestamptz as started_at, null::timestamptz as finished_at, null::varchar as outcome where false`;

/** By its name, `<time>-<run>-<epoch>.parquet`. */
function isWanted(name: string, { since, run }: Window): boolean {
  const isLater = !since || name.slice(0, 16) >= basicTime(since);
  return isLater && (run === undefined || name.slice(17).startsWith(`${run}-`));
}
