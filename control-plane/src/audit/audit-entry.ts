import type { Caller } from '../auth/caller.js';
import type { Transaction } from '../database/database.js';

/** What was decided. It is never changed, and it outlives what it is about. */
export interface Decision {
  action: 'run.approve';
  runId: string;
  planDigest: string;
}

/** Belongs into the transaction that does what was decided: neither is there without the other. */
export async function recordDecision(
  tx: Transaction,
  { workspaceId, name, by }: Caller,
  decision: Decision,
): Promise<void> {
  await tx.auditEntry.create({ data: { workspaceId, ...decision, actor: name, actorKind: by } });
}
