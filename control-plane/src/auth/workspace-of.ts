import type { Transaction } from '../database/database.js';

/** The workspace that a person comes into who signs in: where they were last, or the first that they belong to. */
export async function workspaceOf(tx: Transaction, userId: string): Promise<string | undefined> {
  const [found] = await tx.$queryRaw<{ workspaceId: string }[]>`
    select m."workspaceId" from "Member" m where m."userId" = ${userId}
    order by (select max(s."updatedAt") from "Session" s where s."userId" = m."userId" and s."workspaceId" = m."workspaceId")
      desc nulls last, m."createdAt", m.id
    limit 1`;
  return found?.workspaceId;
}
