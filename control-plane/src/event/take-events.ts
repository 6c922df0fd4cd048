import type { Transaction } from '../database/database.js';
import type { StoredEvent } from './event.js';

interface Cursor {
  xid: bigint;
  id: bigint;
  /** It counts transactions of another server than this one: the database was restored from a dump. */
  isForeign: boolean;
}

/**
 * The next events of a consumer, oldest first. What follows from them belongs into the same transaction: the cursor moves
 * with it or not at all, so each event counts once, however many processes ask. Empty while another one is at it.
 *
 * Numbers alone would pass over a transaction that commits late, so events are taken by transaction, and only those below
 * the oldest that is still open on the server: no transaction there can write one any more. A transaction that stays open
 * therefore holds all of them back.
 */
export async function takeEvents(
  tx: Transaction,
  consumer: string,
  limit: number,
): Promise<StoredEvent[]> {
  const cursor = await lockCursor(tx, consumer);
  if (!cursor) return [];
  if (cursor.isForeign) await adoptEvents(tx, cursor);
  const { xid, id } = cursor.isForeign ? { xid: 0n, id: 0n } : cursor;
  const events = await tx.$queryRaw<StoredEvent[]>`
    select id, xid, "workspaceId", kind, "syncId", "runId", "agentId", "poolId", detail, "createdAt" from "Event"
    where (xid, id) > (${xid}::bigint, ${id}::bigint)
      and xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    order by xid, id limit ${limit}`;
  const last = events.at(-1);
  if (last)
    await tx.eventCursor.update({ where: { consumer }, data: { xid: last.xid, id: last.id } });
  return events;
}

/** A consumer's first look makes its cursor, which stands before everything that is kept. */
async function lockCursor(tx: Transaction, consumer: string): Promise<Cursor | undefined> {
  await tx.$executeRaw`insert into "EventCursor" (consumer) values (${consumer}) on conflict do nothing`;
  const [cursor] = await tx.$queryRaw<Cursor[]>`
    select xid, id, xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint as "isForeign"
    from "EventCursor" where consumer = ${consumer} for update skip locked`;
  return cursor;
}

/** A new server counts its transactions anew. What was not taken before the dump comes first, in its old order. */
async function adoptEvents(tx: Transaction, { xid, id }: Cursor): Promise<void> {
  await tx.$executeRaw`
    delete from "Event" where (xid, id) <= (${xid}::bigint, ${id}::bigint)
      and xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint`;
  await tx.$executeRaw`
    update "Event" set xid = 0 where xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint`;
}
