import type { Transaction } from '../database/database.js';

export interface SyncPage {
  syncId: string;
  size: number;
  /** Only what is older; null for the newest. */
  before: { createdAt: Date; id: string } | null;
}

/**
 * The ids of the newest runs of many syncs, newest first and one more than the page holds, in the order of the pages: one
 * statement for all of them.
 */
export async function newestOfSyncs(
  tx: Transaction,
  workspaceId: string,
  pages: readonly SyncPage[],
): Promise<{ runIds: string[] }[]> {
  const said = pages.map(({ syncId, size, before }, place) => ({
    place,
    syncId,
    most: size + 1,
    ...before,
  }));
  return tx.$queryRaw<{ runIds: string[] }[]>`
    select array(
      select run.id from "Run" as run
      where run."workspaceId" = ${workspaceId}::uuid and run."syncId" = said."syncId"
        and (said.id is null or run."createdAt" <= said."createdAt" and (run."createdAt", run.id) < (said."createdAt", said.id))
      order by run."createdAt" desc, run.id desc limit said.most) as "runIds"
    from jsonb_to_recordset(${JSON.stringify(said)}::jsonb) as said (
      place int, "syncId" uuid, most int, "createdAt" timestamptz, id uuid)
    order by place`;
}
