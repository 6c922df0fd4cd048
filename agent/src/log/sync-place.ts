import { Failure } from '../failure.js';
import type { Store } from '../store/store.js';
import { pathsOf } from '../sync/paths.js';
import type { SyncPaths } from '../sync/paths.js';

/** A sync whose logs are in the bucket. */
export interface SyncPlace {
  workspaceId: string;
  syncId: string;
  /** As its newest report calls it; its id where there is none. */
  name: string;
  paths: SyncPaths;
}

export interface StoredReport {
  key: string;
  bytes: number;
}

/** The syncs that `wanted` names, by id or name; all of them unless it is given. */
export async function findSyncs(
  store: Store,
  nameOf: (report: StoredReport) => Promise<string>,
  wanted: string | undefined,
): Promise<SyncPlace[]> {
  const all: SyncPlace[] = [];
  for await (const { workspaceId, syncId } of idsIn(store)) {
    const paths = pathsOf({ workspaceId, syncId });
    const newest = await newestReport(store, paths);
    all.push({ workspaceId, syncId, paths, name: newest ? await nameOf(newest) : syncId });
  }
  if (wanted === undefined) return all;
  const found = all.filter(({ syncId, name }) => syncId === wanted || name === wanted);
  if (found.length === 1) return found;
  throw found.length === 0 ? unknown(all) : ambiguous();
}

async function* idsIn(store: Store): AsyncIterable<{ workspaceId: string; syncId: string }> {
  for await (const workspace of store.folders('v1/ws='))
    for await (const sync of store.folders(`v1/ws=${workspace}sync=`))
      yield { workspaceId: workspace.slice(0, -1), syncId: sync.slice(0, -1) };
}

/** Their names begin with the time. */
async function newestReport(store: Store, paths: SyncPaths): Promise<StoredReport | undefined> {
  let newest: StoredReport | undefined;
  for await (const report of store.list(paths.runReports)) newest = report;
  return newest;
}

function unknown(all: readonly SyncPlace[]): Failure {
  const names = all.map(({ name }) => name).join(', ') || 'none yet';
  return new Failure(
    'CONFIG',
    'log.no_sync',
    `No sync of that name or id has run with this bucket. There are: ${names}.`,
  );
}

function ambiguous(): Failure {
  return new Failure(
    'CONFIG',
    'log.many_syncs',
    'Syncs of several workspaces have that name: give the id of one.',
  );
}
