import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import type { Baseline, Manifest } from './baseline.js';
import { cached } from './baseline.js';
import { valueColumn } from './mapping.js';
import type { Meter } from './meter.js';
import type { Snapshot } from './snapshot.js';
import type { SyncRequest } from './sync-request.js';
import type { SyncTools } from './tools.js';

/**
 * Exact changes as DuckDB relations `added`, `changed` (with `o:` columns: the old values) and `removed`, each with
 * `ord`, `klo`, `khi`, `rh` and the model's columns as `c:` texts, escaped as they stand in lines.
 */
export interface Diff {
  /** False when `ord` of `added` already counts 0, 1, 2, … */
  addedHasGaps: boolean;
}

export async function diff(
  request: SyncRequest,
  snapshot: Snapshot,
  context: { baseline: Baseline; duck: Duck; tools: SyncTools; meter: Meter },
): Promise<Diff> {
  const { baseline, duck, tools, meter } = context;
  assertSameShape(baseline.manifest, snapshot, request);
  await viewStaged(duck, snapshot);
  await duck.run(`create table wanted as select klo, khi from staged where class <> 'A'
    union all select klo, khi from read_csv(${quoteText(snapshot.removed)}, ${csvOptions({ klo: 'UBIGINT', khi: 'UBIGINT' })})`);
  await viewValues(duck, baseline.manifest, {
    tools,
    columns: snapshot.columns.map(({ name }) => name),
  });

  const columns = snapshot.columns.map(({ name }) => valueColumn(name));
  const old = columns.map((column) => `v.${column} as ${oldColumn(column)}`);
  const same = columns.map((column) => `s.${column} is not distinct from v.${column}`);
  const resend = request.run.full || !sameColumns(baseline.manifest, snapshot);
  const found = meter.counts.changed;
  if (found > 0) {
    await duck.run(`create table changed as
      select row_number() over (order by s.ord) - 1 as ord, s.* exclude (ord, class, entry), ${old.join(', ')}
      from staged as s left join latest_values as v using (klo, khi)
      where s.class <> 'A' ${resend ? '' : `and not (s.class = 'C' and v.klo is not null and ${same.join(' and ')})`}`);
  } else
    await duck.run(
      `create table changed as select s.* exclude (class, entry), ${columns.map((c) => `${c} as ${oldColumn(c)}`).join(', ')} from staged as s limit 0`,
    );
  // With keys that came twice the kernel has taken rows back that are still staged; `staged` leaves them out.
  meter.counts.changed = Number((await duck.rows('select count(*) from changed'))[0]?.[0] ?? 0);
  meter.counts.unchanged += found - meter.counts.changed;
  await duck.run(
    `create view added as select * exclude (class, entry) from staged where class = 'A'`,
  );
  await duck.run(`create table removed as
    select row_number() over () - 1 as ord, r.klo, r.khi, 0::ubigint as rh, ${columns.map((c) => `v.${c}`).join(', ')}
    from read_csv(${quoteText(snapshot.removed)}, ${csvOptions({ klo: 'UBIGINT', khi: 'UBIGINT' })}) as r
    left join latest_values as v using (klo, khi)`);
  meter.counts.removed = Number((await duck.rows('select count(*) from removed'))[0]?.[0] ?? 0);
  return { addedHasGaps: snapshot.duplicateKeys > 0 };
}

/** How our own line files are read: no quotes, no guesses, long rows allowed. */
export function csvOptions(columns: Readonly<Record<string, string>>): string {
  const types = Object.entries(columns).map(
    ([name, type]) => `${quoteText(name)}: ${quoteText(type)}`,
  );
  return `delim = '\t', header = false, quote = '', escape = '', nullstr = '\\N', auto_detect = false,
    max_line_size = 16777216, buffer_size = 33554432, columns = {${types.join(', ')}}`;
}

function oldColumn(column: string): string {
  return column.replace('"c:', '"o:');
}

async function viewStaged(duck: Duck, snapshot: Snapshot): Promise<void> {
  const types: Record<string, string> = {
    class: 'VARCHAR',
    ord: 'UBIGINT',
    entry: 'UINTEGER',
    klo: 'UBIGINT',
    khi: 'UBIGINT',
    rh: 'UBIGINT',
  };
  for (const { name } of snapshot.columns) types[`c:${name}`] = 'VARCHAR';
  const twice = `read_csv(${quoteText(snapshot.duplicates)}, ${csvOptions({ entry: 'UINTEGER' })})`;
  const once = snapshot.duplicateKeys > 0 ? `where entry not in (select entry from ${twice})` : '';
  await duck.run(
    `create view staged as select * from read_csv(${quoteText(snapshot.staged)}, ${csvOptions(types)}) ${once}`,
  );
}

/** The acknowledged values by key; the latest segment wins. Fetched only when something has to be compared with them. */
async function viewValues(
  duck: Duck,
  manifest: Manifest | undefined,
  context: { tools: SyncTools; columns: readonly string[] },
): Promise<void> {
  const list = context.columns.map(valueColumn);
  const files: string[] = [];
  for (const segment of manifest?.segments ?? [])
    if (segment.kind === 'put') files.push(await cached(context.tools, segment.values));
  const had = new Set(manifest?.columns.map(({ name }) => valueColumn(name)));
  const select = list.map((column) =>
    had.has(column) ? column : `cast(null as varchar) as ${column}`,
  );
  if (files.length === 0) {
    await duck.run(`create view latest_values as select 0::ubigint as klo, 0::ubigint as khi,
      ${list.map((column) => `cast(null as varchar) as ${column}`).join(', ')} where false`);
    return;
  }
  const all = files
    .map(
      (file, n) =>
        `select ${n} as segment, klo, khi, ${select.join(', ')} from read_parquet(${quoteText(file)})`,
    )
    .join(' union all by name ');
  await duck.run(`create view latest_values as
    select * exclude (segment) from (${all}) semi join wanted using (klo, khi)
    qualify row_number() over (partition by klo, khi order by segment desc) = 1`);
}

function sameColumns(manifest: Manifest | undefined, snapshot: Snapshot): boolean {
  const names = (columns: readonly { name: string }[]): string =>
    JSON.stringify(columns.map(({ name }) => name));
  return manifest === undefined || names(manifest.columns) === names(snapshot.columns);
}

function assertSameShape(
  manifest: Manifest | undefined,
  snapshot: Snapshot,
  request: SyncRequest,
): void {
  if (!manifest) return;
  const key = (columns: readonly { name: string }[], count: number): string =>
    JSON.stringify(columns.slice(0, count).map(({ name }) => name));
  if (
    key(manifest.columns, manifest.keyColumns) !==
    key(snapshot.columns, request.model.primaryKey.length)
  )
    throw new Failure(
      'CONFIG',
      'snapshot.key_changed',
      'The primary key of the model is another one than in the baseline. Run the sync with --rebaseline.',
    );
  const types = new Map(manifest.columns.map((column) => [column.name, column.vendorType]));
  if (
    snapshot.columns.some(({ name, vendorType }) => (types.get(name) ?? vendorType) !== vendorType)
  )
    throw new Failure(
      'CONFIG',
      'snapshot.type_drift',
      'A column of the model has another type than in the baseline. Run the sync with --rebaseline to take the new type as it is.',
      {
        detail: JSON.stringify({ was: manifest.columns, is: snapshot.columns }),
      },
    );
}
