import type { Specification } from '@drawbridge/proto';
import type { Transaction } from '../database/database.js';
import { writeSyncs } from './write-syncs.js';

/**
 * Makes the tables say what the specification says. New things from the bottom up, then the syncs, then what is gone
 * from the top down, so that nothing ever points at nothing. Answers with the ids of the syncs that were removed.
 */
export async function writeSpecification(
  tx: Transaction,
  workspaceId: string,
  specification: Specification,
): Promise<{ removed: string[] }> {
  await writeConnections(tx, workspaceId, specification);
  await writeModels(tx, workspaceId, specification);
  const removed = await writeSyncs(tx, workspaceId, specification);
  await removeRest(tx, workspaceId, specification);
  return { removed };
}

async function writeConnections(
  tx: Transaction,
  workspaceId: string,
  { sources, destinations }: Specification,
): Promise<void> {
  for (const [name, entry] of Object.entries(sources)) {
    const content = { poolName: entry.pool, spec: jsonOf(entry) };
    await tx.source.upsert({
      where: { workspaceId_name: { workspaceId, name } },
      create: { workspaceId, name, ...content },
      update: content,
    });
  }
  for (const [name, entry] of Object.entries(destinations)) {
    const content = { poolName: entry.pool, spec: jsonOf(entry) };
    await tx.destination.upsert({
      where: { workspaceId_name: { workspaceId, name } },
      create: { workspaceId, name, ...content },
      update: content,
    });
  }
}

async function writeModels(
  tx: Transaction,
  workspaceId: string,
  { models }: Specification,
): Promise<void> {
  const sources = await tx.source.findMany({ where: { workspaceId } });
  const sourceIds = new Map(sources.map(({ name, id }) => [name, id]));
  for (const [name, entry] of Object.entries(models)) {
    const sourceId = sourceIds.get(entry.source);
    if (sourceId === undefined) continue;
    const content = { sourceId, spec: jsonOf(entry) };
    await tx.model.upsert({
      where: { workspaceId_name: { workspaceId, name } },
      create: { workspaceId, name, ...content },
      update: content,
    });
  }
}

async function removeRest(
  tx: Transaction,
  workspaceId: string,
  specification: Specification,
): Promise<void> {
  const not = (section: object) => ({ workspaceId, name: { notIn: Object.keys(section) } });
  await tx.model.deleteMany({ where: not(specification.models) });
  await tx.source.deleteMany({ where: not(specification.sources) });
  await tx.destination.deleteMany({ where: not(specification.destinations) });
}

/** Entries are plain JSON by definition; their types are stricter than the database client's. */
export const jsonOf = (entry: object): object => entry;
