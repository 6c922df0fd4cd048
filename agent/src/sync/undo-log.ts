import type { Column } from '../connector/value.js';
import { Failure } from '../failure.js';
import type { Store } from '../store/store.js';
import type { Manifest } from './baseline.js';
import { lineageOf } from './log.js';
import type { LoggedFile, RunLog } from './log.js';
import { mappingDigest } from './mapping-digest.js';
import { operationKind } from './operation.js';
import type { SyncPaths } from './paths.js';
import type { SyncRequest } from './sync-request.js';

/** What one attempt at the run had sent, or may have. */
export interface SentByRun {
  files: LoggedFile[];
}

/** Reads what a run had sent, oldest attempt first. Throws CONFIG where it is not known, or can't be taken back. */
export async function readSent(
  undone: string,
  from: {
    request: SyncRequest;
    manifest: Manifest | undefined;
    store: Store;
    paths: SyncPaths;
    signal: AbortSignal;
  },
): Promise<SentByRun[]> {
  const { request, manifest, store, paths, signal } = from;
  if (request.snapshots === 'hashed') throw hashed();
  const logs: RunLog[] = [];
  for await (const { key } of store.list(paths.changelog(undone), signal))
    if (/\/_log-\d+\.json$/.test(key)) {
      const object = await store.get(key, signal);
      if (object) logs.push(JSON.parse(Buffer.from(object.body).toString()) as RunLog);
    }
  const sent = logs
    .toSorted((a, b) => Number(BigInt(a.epoch) - BigInt(b.epoch)))
    .map((log) => ({ log, files: log.files.filter(isTold) }))
    .filter(({ files }) => files.length > 0);
  if (!sent.some(({ files }) => files.some(({ outcome }) => outcome === 'sent'))) throw expired();
  for (const { log, files } of sent) {
    assertSame(log, request, manifest);
    for (const file of files) assertInvertible(file, request);
  }
  return sent.map(({ files }) => ({ files }));
}

/** What a later attempt sent of an uncertain row was not the first that the run did to it. */
const isTold = ({ outcome }: LoggedFile): boolean => outcome === 'sent' || outcome === 'uncertain';

/** What the old values made of a record has to be known: the place, the columns, and the mapping before and after. */
function assertSame(log: RunLog, request: SyncRequest, manifest: Manifest | undefined): void {
  if (
    !manifest ||
    log.lineage !== lineageOf(BigInt(manifest.seed)) ||
    log.target !== manifest.target
  )
    throw new Failure(
      'CONFIG',
      'undo.started_over',
      'The sync was started over since that run, or writes to another place now. What it sent can not be taken back.',
    );
  const isMappedAlike = [log.mapping, manifest.mapping].every(
    (digest) => digest === mappingDigest(request),
  );
  if (!isMappedAlike || log.owed || !isSameColumns(log.columns, manifest.columns))
    throw new Failure(
      'CONFIG',
      'undo.mapping_changed',
      'The mapping is another one than that run sent with, or it was new in that run, so the records that were there before are not known.',
    );
}

const isSameColumns = (some: readonly Column[], others: readonly Column[]): boolean =>
  JSON.stringify(some.map(({ name, vendorType }) => [name, vendorType])) ===
  JSON.stringify(others.map(({ name, vendorType }) => [name, vendorType]));

function assertInvertible(file: LoggedFile, request: SyncRequest): void {
  if (file.operation === 'append') throw appended();
  if (file.change === 'removed' && !canBeMadeAgain(file, request)) throw notPossible();
  if (file.change === 'added' && removalOf(request) === undefined) throw notPossible();
}

/** A record that was deleted has to be created, one that was cleared or set apart filled again. */
function canBeMadeAgain({ operation }: LoggedFile, request: SyncRequest): boolean {
  const kind = operationKind(request, 'added');
  if (operation === 'delete') return kind === 'upsert' || kind === 'create';
  const mapped = new Set(request.fields.map(({ field }) => field));
  const isFilledAgain =
    operation === 'clear' ||
    (operation === 'set' && request.onRemoved.set.every(({ field }) => mapped.has(field)));
  return isFilledAgain && (kind === 'upsert' || kind === 'update');
}

/** How added records go: as those of rows that leave the query, or by deletion where the sync keeps those. */
export function removalOf({
  onRemoved,
  removals = [],
}: SyncRequest): SyncRequest['onRemoved'] | undefined {
  if (onRemoved.action !== 'nothing') return onRemoved;
  return removals.includes('delete') ? { action: 'delete', set: [] } : undefined;
}

function hashed(): Failure {
  return new Failure(
    'CONFIG',
    'undo.hashed',
    'The sync keeps no values (snapshots: hashed), so nobody knows what was there before.',
  );
}

export function expired(): Failure {
  return new Failure(
    'CONFIG',
    'undo.expired',
    'The bucket has no log of what that run sent: it has expired, or the run sent nothing.',
  );
}

function appended(): Failure {
  return new Failure('CONFIG', 'undo.appended', 'What was appended can not be taken back.');
}

export function notPossible(): Failure {
  return new Failure(
    'CONFIG',
    'undo.not_possible',
    'The destination, or the mode of the sync, can not do the opposite of what that run did.',
  );
}
