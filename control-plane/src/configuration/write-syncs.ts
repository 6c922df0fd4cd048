import { entryOf } from '@drawbridge/proto';
import { inParts } from '../in-parts.js';
import { planSync, type Ground, type KnownSync } from './plan-sync.js';
import { insertSyncs, insertVersions, updateSyncs, type NamedPlan } from './sync-rows.js';
import type { Writing } from './writing.js';

/** Syncs that are planned, or read, before anybody else has a turn. */
const atOnce = 100;

/** Syncs by what became of them, as ids. */
export interface WrittenSyncs {
  removed: string[];
  /** Those that had been there and have a new version now. */
  renewed: string[];
}

export async function writeSyncs(writing: Writing): Promise<WrittenSyncs> {
  const { tx, workspaceId, after } = writing;
  const ground = await groundOf(writing);
  const known = await knownSyncs(writing);
  const plans: NamedPlan[] = [];
  for await (const part of inParts(Object.entries(after.syncs), atOnce))
    for (const [name, entry] of part)
      plans.push({ ...planSync(ground, name, entry, known.get(name)), name });
  const made = plans.filter(({ isNew }) => isNew);
  await insertSyncs(tx, made, { workspaceId, now: ground.now });
  await updateSyncs(
    tx,
    plans.filter(({ isChanged }) => isChanged),
  );
  await insertVersions(tx, plans);
  const gone = [...known.values()].filter(
    ({ name, removedAt }) => !removedAt && !entryOf(after.syncs, name),
  );
  const renewed = plans.filter(({ isNew, version }) => !isNew && version).map(({ id }) => id);
  return { removed: await removeSyncs(writing, ground, gone), renewed };
}

async function groundOf({ tx, workspaceId, after }: Writing): Promise<Ground> {
  const named = { where: { workspaceId }, select: { id: true, name: true } };
  const models = await tx.model.findMany(named);
  const destinations = await tx.destination.findMany(named);
  const [{ now }] = await tx.$queryRaw<[{ now: Date }]>`select now()`;
  return {
    workspaceId,
    after,
    modelIds: new Map(models.map(({ name, id }) => [name, id])),
    destinationIds: new Map(destinations.map(({ name, id }) => [name, id])),
    now,
  };
}

/** With those that were removed: a name that comes back is the same sync again, with its history and its baseline. */
async function knownSyncs({
  tx,
  workspaceId,
  before,
  after,
}: Writing): Promise<Map<string, KnownSync>> {
  const names = [...new Set([before.syncs, after.syncs].flatMap(Object.keys))];
  const known = new Map<string, KnownSync>();
  for await (const part of inParts(names, 5 * atOnce)) {
    const syncs = await tx.sync.findMany({
      where: { workspaceId, name: { in: [...part] } },
      include: { versions: { orderBy: { version: 'desc' }, take: 1, select: { canonical: true } } },
    });
    for (const sync of syncs) known.set(sync.name, sync);
  }
  return known;
}

async function removeSyncs(
  { tx }: Writing,
  { now }: Ground,
  gone: readonly KnownSync[],
): Promise<string[]> {
  const ids = gone.map(({ id }) => id);
  await tx.sync.updateMany({
    where: { id: { in: ids } },
    data: { removedAt: now, nextRunAt: null, runsAfter: null, modelId: null, destinationId: null },
  });
  return ids;
}
