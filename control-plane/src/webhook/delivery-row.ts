import type { Transaction } from '../database/database.js';
import type { StoredEvent } from '../event/event.js';

/** Writes what follows from events: one delivery for each webhook that wants to know. */
export async function addDeliveries(
  tx: Transaction,
  events: readonly StoredEvent[],
): Promise<void> {
  const workspaceIds = [...new Set(events.map(({ workspaceId }) => workspaceId))];
  const hooks = await tx.webhook.findMany({
    where: { workspaceId: { in: workspaceIds }, disabledAt: null },
    select: { id: true, workspaceId: true, kinds: true },
  });
  if (hooks.length === 0) return;
  const names = await namesOfSyncs(tx, events);
  const data = events.flatMap((event) => {
    const { workspaceId, kind } = event;
    const wanting = hooks.filter(
      (hook) => hook.workspaceId === workspaceId && hook.kinds.includes(kind),
    );
    const body = wanting.length > 0 ? bodyOf(event, names) : '';
    return wanting.map(({ id: webhookId }) => ({ workspaceId, webhookId, kind, body }));
  });
  if (data.length > 0) await tx.delivery.createMany({ data });
}

async function namesOfSyncs(
  tx: Transaction,
  events: readonly StoredEvent[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(events.flatMap(({ syncId }) => syncId ?? []))];
  const syncs = await tx.sync.findMany({
    where: { id: { in: ids } },
    select: { id: true, name: true },
  });
  return new Map(syncs.map(({ id, name }) => [id, name]));
}

/** Written once, and sent as it stands however often: a signature is over these bytes. */
function bodyOf(event: StoredEvent, names: ReadonlyMap<string, string>): string {
  const { kind, createdAt, workspaceId, syncId, runId, agentId, poolId, detail } = event;
  const sync = syncId ? names.get(syncId) : undefined;
  const about = { workspaceId, syncId, sync, runId, agentId, poolId };
  const known = Object.entries(about).filter(([, value]) => value !== null && value !== undefined);
  const data = { ...Object.fromEntries(known), ...detail };
  return JSON.stringify({ type: kind, timestamp: createdAt.toISOString(), data });
}

/** A delivery that is to be attempted now. */
export interface DueDelivery {
  id: string;
  webhookId: string;
  workspaceId: string;
  url: string;
  name: string;
  body: string;
  /** Which attempt this is. */
  number: number;
  attemptsLeft: number;
  secretVersion: number;
  /** Its secret was changed so lately that the one before counts, too. */
  isChanging: boolean;
}

/** Longer than an attempt takes; a process that dies in one leaves it to another after that. */
const heldSeconds = 60;
const changingHours = 24;
/** Of one webhook at a time: one that answers slowly holds up itself alone. */
export const mostOfOne = 4;

export interface Claim {
  /** How many at most. */
  room: number;
  /** Webhooks that have enough under way. */
  busy: readonly string[];
}

/** Each is taken by one process. What is due longest goes first. */
export function claimDeliveries(tx: Transaction, { room, busy }: Claim): Promise<DueDelivery[]> {
  return tx.$queryRaw<DueDelivery[]>`
    with due as (
      select delivery.id, hook.url, hook.name, hook."secretVersion",
        coalesce(hook."rotatedAt" > now() - make_interval(hours => ${changingHours}::int), false) as "isChanging"
      from "Webhook" as hook cross join lateral (
        select id from "Delivery"
        where "webhookId" = hook.id and state = 'waiting' and "nextAttemptAt" <= now()
        order by "nextAttemptAt" limit ${mostOfOne} for update skip locked
      ) as delivery
      where hook."disabledAt" is null and hook.id <> all(${[...busy]}::uuid[])
      limit ${room}
    )
    update "Delivery" as delivery set attempts = attempts + 1, "attemptsLeft" = greatest("attemptsLeft" - 1, 0),
      "nextAttemptAt" = now() + make_interval(secs => ${heldSeconds}::float8)
    from due where delivery.id = due.id
    returning delivery.id, delivery."webhookId", delivery."workspaceId", due.url, due.name, delivery.body,
      delivery.attempts as number, delivery."attemptsLeft", due."secretVersion", due."isChanging"`;
}

/** How an attempt ended. */
export interface Attempt {
  at: Date;
  durationMs: number;
  status: number | null;
  /** `webhook.…`; null when it was delivered. */
  problem: string | null;
  /** Until the next one; undefined when this was the last. */
  waitMs: number | undefined;
}

/** An attempt that took so long that another began decides nothing more, but it is written down. */
export async function settleAttempt(
  tx: Transaction,
  { id: deliveryId, number }: DueDelivery,
  { at, durationMs, status, problem, waitMs }: Attempt,
): Promise<void> {
  const data = [{ deliveryId, number, at, durationMs, status, problem }];
  const state = problem === null ? 'delivered' : waitMs === undefined ? 'dead' : 'waiting';
  await tx.$executeRaw`
    update "Delivery" set state = ${state}, "settledAt" = case when ${state !== 'waiting'} then now() end,
      "nextAttemptAt" = now() + make_interval(secs => ${waitMs ?? 0}::float8 / 1000)
    where id = ${deliveryId}::uuid and attempts = ${number} and state = 'waiting'`;
  // Its webhook may have been removed meanwhile, with everything of it.
  const isKept = (await tx.delivery.count({ where: { id: deliveryId } })) > 0;
  if (isKept) await tx.deliveryAttempt.createMany({ data, skipDuplicates: true });
}

const keptDays = 30;
/** Bounds one look; the rest waits for the next one. */
const batch = 1_000;

export async function forgetDeliveries(tx: Transaction): Promise<void> {
  await tx.$executeRaw`
    delete from "Delivery" where id in (
      select id from "Delivery" where "createdAt" < now() - make_interval(days => ${keptDays}::int)
      order by "createdAt" limit ${batch} for update skip locked)`;
}
