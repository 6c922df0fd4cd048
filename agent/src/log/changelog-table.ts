import type { Store } from '../store/store.js';
import { escapeText } from '../connector/lines.js';
import { quoteName, quoteText } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import type { LoggedFile, RunLog } from '../sync/log.js';
import { inLanes } from './file-cache.js';
import type { FileCache } from './file-cache.js';
import { structSql } from './line-sql.js';
import type { SyncPlace } from './sync-place.js';

/** Which runs are asked for; all of them unless it says otherwise. */
export interface Window {
  run?: string;
  /** Runs that started then or later. */
  since?: Date;
  /** Only rows of this key, by column. */
  key?: Readonly<Record<string, string>>;
}

interface Found {
  log: RunLog;
  logged: LoggedFile;
  path: string;
}

/** Makes the view `changelog`. Returns the names of all columns in it, and how many files there were and are gone. */
export async function makeChangelog(
  duck: Duck,
  from: { store: Store; cache: FileCache; syncs: readonly SyncPlace[]; window: Window },
): Promise<{ columns: string[]; files: number; expired: number }> {
  const logs = await logsOf(from);
  const wanted = logs.flatMap((log) =>
    log.files.flatMap((logged) => logged.files.map((pointer) => ({ log, logged, pointer }))),
  );
  const paths = await inLanes(wanted, ({ pointer }) => from.cache.file(pointer));
  const found = wanted.flatMap(({ log, logged }, n): Found[] => {
    const path = paths[n];
    return path === undefined ? [] : [{ log, logged, path }];
  });
  await nameFiles(duck, found);
  const names = namesOf(logs);
  const selects = [...groupsOf(found).values()].map((group) => selectOf(group, names, from.window));
  await duck.run(`create view changelog as ${selects.join(' union all by name ') || empty}`);
  return { columns: names.all, files: found.length, expired: wanted.length - found.length };
}

/** With the types that there would be if there were a row. */
const empty = `select null::varchar as workspace, null::varchar as "sync", null::varchar as sync_name, null::varchar as run,
  null::bigint as epoch, null::timestamptz as "at", null::varchar as change, null::varchar as operation,
  null::varchar as outcome, null::json as "key", null::json as new, null::json as old where false`;

async function logsOf(from: {
  store: Store;
  syncs: readonly SyncPlace[];
  window: Window;
}): Promise<RunLog[]> {
  const { store, syncs, window } = from;
  const keys: string[] = [];
  for (const { paths } of syncs) {
    const prefix = window.run === undefined ? paths.changelogs : paths.changelog(window.run);
    for await (const { key } of store.list(prefix))
      if (/\/_log-\d+\.json$/.test(key)) keys.push(key);
  }
  const bodies = await inLanes(keys, async (key) => (await store.get(key))?.body);
  return bodies
    .flatMap((body) => (body ? [JSON.parse(Buffer.from(body).toString()) as RunLog] : []))
    .filter(({ startedAt }) => !window.since || new Date(startedAt) >= window.since);
}

/** What is known of a file beside its rows, in a table: there may be thousands of them. */
async function nameFiles(duck: Duck, found: readonly Found[]): Promise<void> {
  await duck.run(`create table logged (file varchar, workspace varchar, "sync" varchar, sync_name varchar, run varchar,
    epoch bigint, "at" timestamptz, change varchar, operation varchar, outcome varchar)`);
  const rows = found.map(({ log, logged, path }) => {
    const { workspaceId, syncId, syncName, runId, epoch, startedAt } = log;
    const { change, operation = 'none', outcome } = logged;
    const texts = [path, workspaceId, syncId, syncName, runId, epoch, startedAt];
    return `(${[...texts, change, operation, outcome].map(quoteText).join(', ')})`;
  });
  for (let n = 0; n < rows.length; n += 1000)
    await duck.run(`insert into logged values ${rows.slice(n, n + 1000).join(', ')}`);
}

interface Names {
  all: string[];
  keys: string[];
}

function namesOf(logs: readonly RunLog[]): Names {
  const all = logs.flatMap(toldOf);
  const keys = logs.flatMap(({ columns, keyColumns }) =>
    columns.slice(0, keyColumns).map(({ name }) => name),
  );
  return { all: [...new Set(all)], keys: [...new Set(keys)] };
}

/** The columns that are in its files: keys alone where no values are kept. */
function toldOf({ columns, keyColumns, mac }: RunLog): string[] {
  return columns.slice(0, mac === undefined ? columns.length : keyColumns).map(({ name }) => name);
}

/** Files with the same columns are read together. */
function groupsOf(found: readonly Found[]): Map<string, Found[]> {
  return Map.groupBy(found, ({ log, logged }) =>
    JSON.stringify([toldOf(log), log.keyColumns, logged.change]),
  );
}

function selectOf(group: readonly Found[], names: Names, { key }: Window): string {
  const [{ log, logged }] = group as [Found];
  const has = toldOf(log);
  const had = has.slice(0, log.keyColumns);
  const none = structSql(names.all, [], 'c');
  const current = structSql(names.all, has, 'c');
  // Where no values are kept, all that is known of a changed row is its key, which did not change.
  const isBeside = logged.change === 'changed' && log.mac === undefined;
  const former = structSql(names.all, has, isBeside ? 'o' : 'c');
  const isOldOnly = logged.change === 'removed';
  return `select l.* exclude (file), ${structSql(names.keys, had, 'c')} as "key",
      ${isOldOnly ? `case when false then ${none} end` : current} as new,
      ${logged.change === 'added' ? `case when false then ${none} end` : former} as old
    from read_parquet([${group.map(({ path }) => quoteText(path)).join(', ')}], filename = true) as p
    join logged as l on p.filename = l.file
    where ${key ? keySql(key, had) : 'true'}`;
}

/** On the texts as they rest, so that Parquet's own statistics help to find them. */
function keySql(key: Readonly<Record<string, string>>, had: readonly string[]): string {
  const parts = Object.entries(key);
  if (parts.length !== had.length || parts.some(([name]) => !had.includes(name))) return 'false';
  return parts
    .map(([name, text]) => `${quoteName(`c:${name}`)} = ${quoteText(escapeText(text))}`)
    .join(' and ');
}
