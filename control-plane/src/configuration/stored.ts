import { specificationOf, type AlertEntry, type Specification } from '@drawbridge/proto';
import type { Transaction } from '../database/database.js';
import { destinationEntryOf } from '../destination/destination.service.js';
import { modelEntryOf } from '../model/model.service.js';
import { sourceEntryOf } from '../source/source.service.js';
import { syncEntryOf } from '../sync/sync-of.js';

/** Syncs that are read at once: a thousand and more of them would keep the process from all else. */
const pageSize = 500;

/** The configuration of a workspace as its tables hold it. */
export async function storedSpecification(
  tx: Transaction,
  workspaceId: string,
): Promise<Specification> {
  const where = { workspaceId };
  const sources = await tx.source.findMany({ where });
  const destinations = await tx.destination.findMany({ where });
  const models = await tx.model.findMany({ where });
  const syncs = await storedSyncs(tx, workspaceId);
  const alerts = await tx.alertRule.findMany({ where });
  return specificationOf({
    sources: sources.map((row) => ({ name: row.name, entry: sourceEntryOf(row) })),
    destinations: destinations.map((row) => ({ name: row.name, entry: destinationEntryOf(row) })),
    models: models.map((row) => ({ name: row.name, entry: modelEntryOf(row) })),
    syncs: syncs.map((row) => ({ name: row.name, entry: syncEntryOf(row) })),
    alerts: alerts.map(({ name, spec }) => ({ name, entry: spec as unknown as AlertEntry })),
  });
}

async function storedSyncs(tx: Transaction, workspaceId: string) {
  const syncs = [];
  for (let after = '', isLast = false; !isLast;) {
    const page = await tx.sync.findMany({
      where: { workspaceId, removedAt: null, name: { gt: after } },
      orderBy: { name: 'asc' },
      take: pageSize,
    });
    syncs.push(...page);
    after = page.at(-1)?.name ?? after;
    isLast = page.length < pageSize;
  }
  return syncs;
}
