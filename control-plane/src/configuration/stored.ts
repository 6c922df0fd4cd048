import { specificationOf, type AlertEntry, type Specification } from '@drawbridge/proto';
import type { Transaction } from '../database/database.js';
import { destinationEntryOf } from '../destination/destination.service.js';
import { modelEntryOf } from '../model/model.service.js';
import { sourceEntryOf } from '../source/source.service.js';
import { syncEntryOf } from '../sync/sync-of.js';

/** The configuration of a workspace as its tables hold it. */
export async function storedSpecification(
  tx: Transaction,
  workspaceId: string,
): Promise<Specification> {
  const where = { workspaceId };
  const sources = await tx.source.findMany({ where });
  const destinations = await tx.destination.findMany({ where });
  const models = await tx.model.findMany({ where });
  const syncs = await tx.sync.findMany({ where: { ...where, removedAt: null } });
  const alerts = await tx.alertRule.findMany({ where });
  return specificationOf({
    sources: sources.map((row) => ({ name: row.name, entry: sourceEntryOf(row) })),
    destinations: destinations.map((row) => ({ name: row.name, entry: destinationEntryOf(row) })),
    models: models.map((row) => ({ name: row.name, entry: modelEntryOf(row) })),
    syncs: syncs.map((row) => ({ name: row.name, entry: syncEntryOf(row) })),
    alerts: alerts.map(({ name, spec }) => ({ name, entry: spec as unknown as AlertEntry })),
  });
}
