import { isDeepStrictEqual } from 'node:util';
import { entryOf } from '@drawbridge/proto';
import { writeSyncs, type WrittenSyncs } from './write-syncs.js';
import type { Writing } from './writing.js';

/**
 * Makes the tables say what the specification says, as far as it differs from before: both may be parts of the whole. New
 * things from the bottom up, then the syncs, then what is gone from the top down, so that nothing ever
 * points at nothing.
 */
export async function writeSpecification(writing: Writing): Promise<WrittenSyncs> {
  await writePools(writing);
  await writeConnections(writing);
  await writeModels(writing);
  const written = await writeSyncs(writing);
  await writeAlerts(writing);
  await removeRest(writing);
  return written;
}

/** A run may wait in a pool before its first agent comes: it is seen to wait, and goes on by itself. */
async function writePools({ tx, workspaceId, after }: Writing): Promise<void> {
  const connections = [after.sources, after.destinations].flatMap(Object.values<{ pool: string }>);
  const names = new Set(connections.map(({ pool }) => pool));
  const data = [...names].map((name) => ({ workspaceId, name }));
  await tx.pool.createMany({ data, skipDuplicates: true });
}

async function writeConnections({ tx, workspaceId, before, after }: Writing): Promise<void> {
  for (const [name, entry] of changed(before.sources, after.sources)) {
    const content = { poolName: entry.pool, spec: entry as object };
    await tx.source.upsert({
      where: { workspaceId_name: { workspaceId, name } },
      create: { workspaceId, name, ...content },
      update: content,
    });
  }
  for (const [name, entry] of changed(before.destinations, after.destinations)) {
    const content = { poolName: entry.pool, spec: entry as object };
    await tx.destination.upsert({
      where: { workspaceId_name: { workspaceId, name } },
      create: { workspaceId, name, ...content },
      update: content,
    });
  }
}

async function writeModels({ tx, workspaceId, before, after }: Writing): Promise<void> {
  for (const [name, entry] of changed(before.models, after.models)) {
    const source = await tx.source.findUniqueOrThrow({
      where: { workspaceId_name: { workspaceId, name: entry.source } },
    });
    const content = { sourceId: source.id, spec: entry as object };
    await tx.model.upsert({
      where: { workspaceId_name: { workspaceId, name } },
      create: { workspaceId, name, ...content },
      update: content,
    });
  }
}

/** What is open under a rule that changes or goes is seen to by the watcher. */
async function writeAlerts({ tx, workspaceId, before, after }: Writing): Promise<void> {
  for (const [name, entry] of changed(before.alerts, after.alerts)) {
    const spec = entry as object;
    await tx.alertRule.upsert({
      where: { workspaceId_name: { workspaceId, name } },
      create: { workspaceId, name, spec },
      update: { spec },
    });
  }
}

async function removeRest({ tx, workspaceId, before, after }: Writing): Promise<void> {
  const gone = (section: 'models' | 'sources' | 'destinations' | 'alerts') => ({
    workspaceId,
    name: {
      in: Object.keys(before[section]).filter((name) => !Object.hasOwn(after[section], name)),
    },
  });
  await tx.alertRule.deleteMany({ where: gone('alerts') });
  await tx.model.deleteMany({ where: gone('models') });
  await tx.source.deleteMany({ where: gone('sources') });
  await tx.destination.deleteMany({ where: gone('destinations') });
}

type Section<Entry> = Readonly<Record<string, Entry>>;

/** New and different entries: the rest need not be written again. */
const changed = <Entry>(before: Section<Entry>, after: Section<Entry>): [string, Entry][] =>
  Object.entries(after).filter(([name, entry]) => !isDeepStrictEqual(entryOf(before, name), entry));
