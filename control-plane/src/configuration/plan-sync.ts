import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  canonicalBytes,
  compileSync,
  digestOf,
  type Specification,
  type SyncEntry,
} from '@drawbridge/proto';
import { nextRunAt } from '../sync/schedule.js';
import { syncEntryOf } from '../sync/sync-of.js';
import { specificationOfSync } from './specification-of-sync.js';

/** What there is to know for planning any sync of a workspace. */
export interface Ground {
  workspaceId: string;
  after: Specification;
  modelIds: ReadonlyMap<string, string>;
  destinationIds: ReadonlyMap<string, string>;
  /** The database's time. */
  now: Date;
}

/** A sync as the database has it, with the newest of its versions. */
export interface KnownSync {
  id: string;
  name: string;
  spec: unknown;
  runsAfter: string | null;
  version: number;
  modelId: string | null;
  destinationId: string | null;
  nextRunAt: Date | null;
  removedAt: Date | null;
  createdAt: Date;
  versions: { canonical: Uint8Array }[];
}

/** What is to be written for one sync; nothing of it when everything stays as it is. */
export interface PlannedSync {
  id: string;
  row: ReturnType<typeof rowOf>;
  isNew: boolean;
  isChanged: boolean;
  /** When what an agent runs becomes different: also by its model, its source or its destination. */
  version?: ReturnType<typeof versionRowOf>;
}

export function planSync(
  ground: Ground,
  name: string,
  entry: SyncEntry,
  known: KnownSync | undefined,
): PlannedSync {
  const id = known?.id ?? randomUUID();
  const isSame = known !== undefined && isSameVersion(ground, known);
  const version = known ? known.version + (isSame ? 0 : 1) : 1;
  const row = rowOf(ground, entry, { version, nextRunAt: nextTime(ground, entry, { id, known }) });
  return {
    id,
    row,
    isNew: !known,
    isChanged: known !== undefined && !isDeepStrictEqual({ ...known, ...row }, known),
    ...(!isSame && { version: versionRowOf(ground, name, { id, version }) }),
  };
}

const rowOf = (
  { modelIds, destinationIds }: Ground,
  entry: SyncEntry,
  content: { version: number; nextRunAt: Date | null },
) => ({
  ...content,
  modelId: modelIds.get(entry.model) ?? null,
  destinationId: destinationIds.get(entry.destination) ?? null,
  spec: entry as object,
  runsAfter: entry.schedule.kind === 'after' ? entry.schedule.after : null,
  removedAt: null,
});

function isSameVersion(ground: Ground, known: KnownSync): boolean {
  const [newest] = known.versions;
  return !!newest && Buffer.compare(canonicalOf(ground, known.name, known), newest.canonical) === 0;
}

function versionRowOf(ground: Ground, name: string, of: { id: string; version: number }) {
  const canonical = Buffer.from(canonicalOf(ground, name, of));
  return {
    syncId: of.id,
    version: of.version,
    spec: specificationOfSync(ground.after, name) as object,
    canonical,
    digest: Buffer.from(digestOf(canonical), 'hex'),
  };
}

const canonicalOf = (
  { workspaceId, after }: Ground,
  name: string,
  { id, version }: { id: string; version: number },
): Uint8Array => canonicalBytes(compileSync(after, name, { workspaceId, syncId: id, version }));

/** Kept while the schedule stays as it is: applying again must not push the next run away. */
function nextTime(
  { now }: Ground,
  { schedule }: SyncEntry,
  { id, known }: { id: string; known: KnownSync | undefined },
): Date | null {
  const isKept =
    known && !known.removedAt && isDeepStrictEqual(syncEntryOf(known).schedule, schedule);
  return isKept
    ? known.nextRunAt
    : nextRunAt(schedule, now, { id, createdAt: known?.createdAt ?? now });
}
