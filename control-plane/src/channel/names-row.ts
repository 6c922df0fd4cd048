import type { Transaction } from '../database/database.js';
import type { StoredEvent } from '../event/event.js';

/** What the ids in events are called. */
export interface Names {
  of(id: string | null | undefined): string | undefined;
  /** Of an alert. */
  ruleOf(event: StoredEvent): string | undefined;
  whyOf(event: StoredEvent): unknown;
  /** Those that its rule names; empty: all of them. */
  channelsOf(event: StoredEvent): readonly string[];
}

/** One statement for each kind of thing, for any number of events. */
export async function namesIn(tx: Transaction, events: readonly StoredEvent[]): Promise<Names> {
  const idsOf = (key: 'syncId' | 'poolId' | 'workspaceId'): { id: { in: string[] } } => ({
    id: { in: [...new Set(events.flatMap((event) => event[key] ?? []))] },
  });
  const select = { id: true, name: true } as const;
  const alertIds = events.flatMap(alertIdOf);
  const isAlert = alertIds.length > 0;
  const rows = [
    ...(await tx.sync.findMany({ where: idsOf('syncId'), select })),
    ...(isAlert ? await tx.pool.findMany({ where: idsOf('poolId'), select }) : []),
    ...(isAlert ? await tx.workspace.findMany({ where: idsOf('workspaceId'), select }) : []),
  ];
  const alerts = isAlert ? await tx.alert.findMany({ where: { id: { in: alertIds } } }) : [];
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const byId = new Map(alerts.map((alert) => [alert.id, alert]));
  const alertOf = (event: StoredEvent) => byId.get(alertIdOf(event)[0] ?? '');
  return {
    of: (id) => names.get(id ?? ''),
    ruleOf: (event) => alertOf(event)?.rule,
    whyOf: (event) => alertOf(event)?.why,
    channelsOf: (event) => alertOf(event)?.channels ?? [],
  };
}

const alertIdOf = ({ detail }: StoredEvent): string[] =>
  'alertId' in detail ? [detail.alertId] : [];
