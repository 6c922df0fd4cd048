import { AuditService } from '../audit/audit.service.js';
import type { Transaction } from '../database/database.js';
import { personAt, type Asker } from './asker.js';

/**
 * Writes into the log of every workspace that a person belongs to what became of the account. Always in one order, or two
 * would wait for each other.
 */
export async function recordEverywhere(
  tx: Transaction,
  { action, userId }: { action: `account.${string}`; userId: string },
  asker: Asker,
): Promise<void> {
  const members = await tx.member.findMany({
    where: { userId },
    select: { workspaceId: true, user: { select: { id: true, name: true } } },
    orderBy: { workspaceId: 'asc' },
  });
  for (const { workspaceId, user } of members)
    await AuditService.record(tx, personAt(asker, { ...user, workspaceId }), {
      action,
      subject: { kind: 'user', ...user },
    });
}
