import type { Specification } from '@drawbridge/proto';
import type { Transaction } from '../database/database.js';
import type { RunCounts } from './run-report.js';

/** What a guard can judge. */
export const guardNames = ['added', 'changed', 'removed'] as const;
export type GuardName = (typeof guardNames)[number];

type Guards = Specification['syncs'][string]['guards'];

/** The guards that ask for a person's word on these counts. A baseline of unknown size is no reason to be silent, an empty one has no share. */
export function heldBy(
  guards: Guards,
  counts: RunCounts,
  baselineRows: number | undefined,
): GuardName[] {
  return guardNames.filter((name) => {
    const guard = guards[name];
    if (guard?.action !== 'approve') return false;
    if (baselineRows === 0 && guard.percent > 0) return false;
    const share = baselineRows ? (counts[name] * 100) / baselineRows : Infinity;
    return counts[name] > guard.rows && share > guard.percent;
  });
}

/** By the version that the run goes by, whatever was applied since. */
export async function guardsOfRun(tx: Transaction, runId: string): Promise<Guards | undefined> {
  const { syncVersion } = await tx.run.findUniqueOrThrow({
    where: { id: runId },
    select: { syncVersion: { select: { spec: true } } },
  });
  const [sync] = Object.values((syncVersion.spec as unknown as Specification).syncs);
  return sync?.guards;
}
