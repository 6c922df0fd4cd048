import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { canonicalBytes, compileSync, digestOf, entryOf, type SyncEntry } from '@drawbridge/proto';
import { nextRunAt } from '../sync/schedule.js';
import { syncEntryOf } from '../sync/sync-of.js';
import { specificationOfSync } from './specification-of-sync.js';
import type { Writing } from './writing.js';

interface Ground extends Writing {
  modelIds: ReadonlyMap<string, string>;
  destinationIds: ReadonlyMap<string, string>;
  /** The database's time. */
  now: Date;
}

interface Known {
  id: string;
  name: string;
  spec: unknown;
  version: number;
  modelId: string | null;
  destinationId: string | null;
  nextRunAt: Date | null;
  removedAt: Date | null;
  createdAt: Date;
  versions: { canonical: Uint8Array }[];
}

/** Answers with the ids of the syncs that were removed. */
export async function writeSyncs(writing: Writing): Promise<string[]> {
  const { syncs } = writing.after;
  const ground = await groundOf(writing);
  const known = await knownSyncs(writing);
  for (const [name, entry] of Object.entries(syncs))
    await writeSync(ground, name, entry, known.get(name));
  const gone = [...known.values()].filter(
    ({ name, removedAt }) => !removedAt && !entryOf(syncs, name),
  );
  await removeSyncs(ground, gone);
  return gone.map(({ id }) => id);
}

async function groundOf(writing: Writing): Promise<Ground> {
  const { tx, workspaceId } = writing;
  const named = { where: { workspaceId }, select: { id: true, name: true } };
  const models = await tx.model.findMany(named);
  const destinations = await tx.destination.findMany(named);
  const [{ now }] = await tx.$queryRaw<[{ now: Date }]>`select now()`;
  return {
    ...writing,
    modelIds: new Map(models.map(({ name, id }) => [name, id])),
    destinationIds: new Map(destinations.map(({ name, id }) => [name, id])),
    now,
  };
}

/** With those that were removed: a name that comes back is the same sync again, with its history and its baseline. */
async function knownSyncs({ tx, workspaceId }: Writing): Promise<Map<string, Known>> {
  const syncs = await tx.sync.findMany({
    where: { workspaceId },
    include: { versions: { orderBy: { version: 'desc' }, take: 1, select: { canonical: true } } },
  });
  return new Map(syncs.map((sync) => [sync.name, sync]));
}

async function writeSync(
  ground: Ground,
  name: string,
  entry: SyncEntry,
  known: Known | undefined,
): Promise<void> {
  const { tx, workspaceId, now } = ground;
  const id = known?.id ?? randomUUID();
  const current = known?.version ?? 1;
  const isSame =
    known !== undefined && isSameBytes(canonicalOf(ground, name, { id, version: current }), known);
  const version = known && !isSame ? current + 1 : current;
  const content = {
    modelId: ground.modelIds.get(entry.model) ?? null,
    destinationId: ground.destinationIds.get(entry.destination) ?? null,
    spec: entry as object,
    version,
    nextRunAt: nextTime(ground, entry, known),
    removedAt: null,
  };
  if (!known) await tx.sync.create({ data: { id, workspaceId, name, createdAt: now, ...content } });
  else if (!isMatch(content, known)) await tx.sync.update({ where: { id }, data: content });
  if (!isSame) await writeVersion(ground, name, { id, version });
}

/** Nothing in the row would become different. */
const isMatch = (content: Partial<Known>, known: Known): boolean =>
  isDeepStrictEqual({ ...known, ...content }, known);

interface Version {
  id: string;
  version: number;
}

const canonicalOf = ({ workspaceId, after }: Ground, name: string, of: Version) =>
  canonicalBytes(compileSync(after, name, { workspaceId, syncId: of.id, version: of.version }));

const isSameBytes = (canonical: Uint8Array, { versions }: Known): boolean =>
  versions[0] !== undefined && Buffer.compare(canonical, versions[0].canonical) === 0;

async function writeVersion(ground: Ground, name: string, of: Version): Promise<void> {
  const canonical = Buffer.from(canonicalOf(ground, name, of));
  await ground.tx.syncVersion.create({
    data: {
      syncId: of.id,
      version: of.version,
      spec: specificationOfSync(ground.after, name) as object,
      canonical,
      digest: Buffer.from(digestOf(canonical), 'hex'),
    },
  });
}

/** Kept while the schedule stays as it is: applying again must not push the next run away. */
function nextTime({ now }: Ground, { schedule }: SyncEntry, known: Known | undefined): Date | null {
  const isKept =
    known && !known.removedAt && isDeepStrictEqual(syncEntryOf(known).schedule, schedule);
  return isKept ? known.nextRunAt : nextRunAt(schedule, now, known?.createdAt ?? now);
}

async function removeSyncs({ tx, now }: Ground, gone: readonly Known[]): Promise<void> {
  await tx.sync.updateMany({
    where: { id: { in: gone.map(({ id }) => id) } },
    data: { removedAt: now, nextRunAt: null, modelId: null, destinationId: null },
  });
}
