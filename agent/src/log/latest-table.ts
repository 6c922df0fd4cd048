import { quoteName, quoteText } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import { Failure } from '../failure.js';
import type { Store } from '../store/store.js';
import { readBaseline } from '../sync/baseline.js';
import type { Manifest } from '../sync/baseline.js';
import { inLanes } from './file-cache.js';
import type { FileCache } from './file-cache.js';
import { structSql } from './line-sql.js';
import type { SyncPlace } from './sync-place.js';

/** Makes the view `latest`: what each destination has acknowledged, from the segments of the baselines. */
export async function makeLatest(
  duck: Duck,
  from: { store: Store; cache: FileCache; syncs: readonly SyncPlace[] },
): Promise<void> {
  const baselines = await inLanes(from.syncs, async (sync) => {
    const signal = new AbortController().signal;
    const { manifest } = await readBaseline(from.store, sync.paths, { signal, tolerant: false });
    return { sync, manifest };
  });
  const names = { all: new Set<string>(), keys: new Set<string>() };
  for (const { manifest } of baselines)
    for (const [n, { name }] of toldOf(manifest).entries()) {
      names.all.add(name);
      if (n < (manifest?.keyColumns ?? 0)) names.keys.add(name);
    }
  const selects: string[] = [];
  for (const [n, { sync, manifest }] of baselines.entries())
    if (manifest && manifest.segments.length > 0) {
      await makeEntries(duck, `entries_${n}`, { manifest, cache: from.cache });
      selects.push(selectOf(sync, manifest, { ...listed(names), entries: `entries_${n}` }));
    }
  await duck.run(`create view latest as ${selects.join(' union all by name ') || empty}`);
}

const empty = `select null::varchar as workspace, null::varchar as "sync", null::varchar as sync_name,
  null::varchar as state, null::json as "key", null::json as "value" where false`;

const listed = (names: { all: Set<string>; keys: Set<string> }) => ({
  all: [...names.all],
  keys: [...names.keys],
});

/** The columns that are in its files: keys alone where no values are kept. */
function toldOf(manifest: Manifest | undefined): Manifest['columns'] {
  if (!manifest) return [];
  const { columns, keyColumns, mac } = manifest;
  return columns.slice(0, mac === undefined ? columns.length : keyColumns);
}

/** All segments as one relation, each row with the number of its segment. */
async function makeEntries(
  duck: Duck,
  name: string,
  { manifest, cache }: { manifest: Manifest; cache: FileCache },
): Promise<void> {
  const pointers = manifest.segments.flatMap(({ kind, values }, segment) =>
    values.map((pointer) => ({ kind, segment, pointer })),
  );
  const paths = await inLanes(pointers, ({ pointer }) => cache.file(pointer));
  const reads = pointers.map(({ kind, segment }, n) => {
    const path = paths[n];
    if (path === undefined) throw missing();
    return `select *, ${segment} as segment, ${kind === 'remove'} as gone from read_parquet(${quoteText(path)})`;
  });
  // A segment of before the mapping had a column knows no value of it.
  const columns = manifest.columns.map(
    (column) => `null::varchar as ${quoteName(`c:${column.name}`)}`,
  );
  const nothing = `select ${columns.join(', ')} where false`;
  await duck.run(`create view ${name} as ${[nothing, ...reads].join(' union all by name ')}`);
}

function selectOf(
  { workspaceId, syncId, name }: SyncPlace,
  manifest: Manifest,
  to: { all: string[]; keys: string[]; entries: string },
): string {
  const { keyColumns } = manifest;
  const has = toldOf(manifest).map(({ name: column }) => column);
  return `select ${quoteText(workspaceId)} as workspace, ${quoteText(syncId)} as "sync", ${quoteText(name)} as sync_name,
      case rh % 8 when 1 then 'skipped' else case rh when 8 then 'unknown' else 'sent' end end as state,
      ${structSql(to.keys, has.slice(0, keyColumns), 'c')} as "key", ${structSql(to.all, has, 'c')} as "value"
    from ${to.entries} semi join (
      select klo, khi, max(segment) as segment from ${to.entries} group by klo, khi
    ) using (klo, khi, segment) where not gone`;
}

function missing(): Failure {
  return new Failure(
    'CONFIG',
    'log.baseline_missing',
    'A part of the baseline is not in the bucket, so nobody can say what was acknowledged last.',
  );
}
