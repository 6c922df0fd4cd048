import type { Transaction } from '../database/database.js';
import type { ChannelKind } from './body.js';

/** A delivery that is to be attempted now. */
export interface DueDelivery {
  id: string;
  channelId: string;
  workspaceId: string;
  kind: ChannelKind;
  url: string | null;
  sealed: Uint8Array | null;
  recipient: string | null;
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
/** Of one channel at a time and process: one that answers slowly holds up itself alone. */
const mostOfOne = 4;

export interface Claim {
  /** How many at most. */
  room: number;
  /** Of which channels there are how many under way already. */
  underWay: readonly { channelId: string; count: number }[];
}

/**
 * Each is taken by one process, and nothing of a channel that is to be left alone. What is due longest goes first, and what is told of one alert in its order: the end of one
 * whose beginning is still to be told again would leave it open for ever.
 */
export function claimDeliveries(
  tx: Transaction,
  { room, underWay }: Claim,
): Promise<DueDelivery[]> {
  return tx.$queryRaw<DueDelivery[]>`
    with due as (
      select delivery.id, channel.kind, channel.url, channel.sealed, channel.name, channel."secretVersion",
        coalesce(channel."rotatedAt" > now() - make_interval(hours => ${changingHours}::int), false) as "isChanging"
      from "Channel" as channel
        left join jsonb_to_recordset(${JSON.stringify(underWay)}::jsonb) as busy ("channelId" uuid, count int)
          on busy."channelId" = channel.id
        cross join lateral (
          select id from "Delivery" as next
          where "channelId" = channel.id and state = 'waiting' and "nextAttemptAt" <= now()
            and not exists (select from "Delivery" as before where before."channelId" = channel.id
              and before."topicId" = next."topicId" and before.state = 'waiting' and before."eventId" < next."eventId"
              and before.recipient is not distinct from next.recipient)
          order by "nextAttemptAt", "eventId" limit greatest(${mostOfOne}::int - coalesce(busy.count, 0), 0)
          for update skip locked
        ) as delivery
      where channel."disabledAt" is null and coalesce(channel."quietUntil" <= now(), true)
      limit ${room}
    )
    update "Delivery" as delivery set attempts = attempts + 1, "attemptsLeft" = greatest("attemptsLeft" - 1, 0),
      "nextAttemptAt" = now() + make_interval(secs => ${heldSeconds}::float8)
    from due where delivery.id = due.id
    returning delivery.id, delivery."channelId", delivery."workspaceId", due.kind, due.url, due.sealed,
      delivery.recipient, due.name, delivery.body, delivery.attempts as number, delivery."attemptsLeft",
      due."secretVersion", due."isChanging"`;
}

/** How an attempt ended. */
export interface Attempt {
  at: Date;
  durationMs: number;
  status: number | null;
  /** `channel.…` or `mail.…`; null when it was delivered. */
  problem: string | null;
  /** Until the next one; undefined when this was the last. */
  waitMs: number | undefined;
}

/** Nothing more is sent to the channel for so long: what it asks for one delivery it asks for all. Bounded as a wait is. */
export async function leaveAlone(tx: Transaction, channelId: string, ms: number): Promise<void> {
  await tx.$executeRaw`
    update "Channel" set "quietUntil" = greatest("quietUntil", now() + make_interval(secs => ${ms}::float8 / 1000))
    where id = ${channelId}::uuid`;
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
  // Its channel may have been removed meanwhile, with everything of it.
  const isKept = (await tx.delivery.count({ where: { id: deliveryId } })) > 0;
  if (isKept) await tx.deliveryAttempt.createMany({ data, skipDuplicates: true });
}
