import { entryOf } from '@drawbridge/proto';
import { planSync, type Ground, type KnownSync } from './plan-sync.js';
import type { Writing } from './writing.js';

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
  const plans = Object.entries(after.syncs).map(([name, entry]) => ({
    ...planSync(ground, name, entry, known.get(name)),
    name,
  }));
  const made = plans.filter(({ isNew }) => isNew);
  await tx.sync.createMany({
    data: made.map(({ id, name, row }) => ({
      ...row,
      id,
      workspaceId,
      name,
      createdAt: ground.now,
    })),
  });
  for (const { id, row, isChanged } of plans)
    if (isChanged) await tx.sync.update({ where: { id }, data: row });
  await tx.syncVersion.createMany({ data: plans.flatMap(({ version }) => version ?? []) });
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
async function knownSyncs({ tx, workspaceId, before, after }: Writing) {
  const names = [...new Set([before.syncs, after.syncs].flatMap(Object.keys))];
  const syncs = await tx.sync.findMany({
    where: { workspaceId, name: { in: names } },
    include: { versions: { orderBy: { version: 'desc' }, take: 1, select: { canonical: true } } },
  });
  return new Map<string, KnownSync>(syncs.map((sync) => [sync.name, sync]));
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
