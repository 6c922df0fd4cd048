import type { Transaction } from '../database/database.js';
import { alertTextOf } from '../event/alert-text.js';
import type { AlertWhy } from '../event/alert-why.js';
import type { Alert } from './alert.model.js';

export type AlertRow = Awaited<ReturnType<Transaction['alert']['findMany']>>[number];

/** As people see them, with what they are about by name: three statements for any number. */
export async function shownAlerts(tx: Transaction, rows: readonly AlertRow[]): Promise<Alert[]> {
  if (rows.length === 0) return [];
  const workspaceIds = [...new Set(rows.map(({ workspaceId }) => workspaceId))];
  const inWorkspace = { workspaceId: { in: workspaceIds } };
  const syncs = await tx.sync.findMany({
    where: { ...inWorkspace, id: { in: rows.flatMap(({ syncId }) => syncId ?? []) } },
    select: { id: true, name: true },
  });
  const pools = await tx.pool.findMany({
    where: { ...inWorkspace, id: { in: rows.flatMap(({ poolId }) => poolId ?? []) } },
    select: { id: true, name: true },
  });
  const mutes = await tx.alertMute.findMany({
    where: { ...inWorkspace, subjectId: { in: rows.map(({ subjectId }) => subjectId) } },
  });
  const names = new Map([...syncs, ...pools].map(({ id, name }) => [id, name]));
  const muted = new Set(mutes.map(({ rule, subjectId }) => `${subjectId} ${rule}`));
  return rows.map((row) => {
    const sync = names.get(row.syncId ?? '') ?? null;
    const pool = names.get(row.poolId ?? '') ?? null;
    return {
      ...row,
      ...alertTextOf(row.why as unknown as AlertWhy, { sync, pool, agentId: row.agentId }),
      sync,
      pool,
      agent: row.agentId,
      run: row.runId,
      state: row.resolvedAt ? 'resolved' : 'open',
      muted: muted.has(`${row.subjectId} ${row.rule}`),
    };
  });
}
