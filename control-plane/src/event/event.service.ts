import type { Transaction } from '../database/database.js';
import type { NewEvent } from './event.js';

/** It has no state, so nobody needs it injected. */
export const EventService = { emit };

/** Belongs into the transaction that makes it happen: neither is there without the other. Any number in one statement. */
async function emit(tx: Transaction, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.$executeRaw`
    insert into "Event" (xid, "workspaceId", kind, "syncId", "runId", "agentId", "poolId", detail)
    select pg_current_xact_id()::text::bigint, said."workspaceId", said.kind, said."syncId", said."runId",
      said."agentId", said."poolId", said.detail
    from jsonb_to_recordset(${JSON.stringify(events)}::jsonb) as said (
      "workspaceId" uuid, kind text, "syncId" uuid, "runId" uuid, "agentId" uuid, "poolId" uuid, detail jsonb)`;
}
