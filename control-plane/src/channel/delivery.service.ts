import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Batch } from '../batch.js';
import { Database } from '../database/database.js';
import { isUuid } from '../database/uuid.js';
import { badCursor, cursorOf, pageOf, pageSize, placeOf } from '../page/page.js';
import type { Page, PageRequest } from '../page/page.js';
import { maxAttempts } from './backoff.js';
import type { Delivery, DeliveryFilter } from './channel.model.js';

const shownTries = 20;
export const withTries = { tries: { orderBy: { number: 'desc' }, take: shownTries } } as const;

/** What was and is to be sent to channels, for people. */
@Injectable()
export class DeliveryService {
  private readonly newestOf = new Batch((caller: Caller, channelIds: readonly string[]) =>
    this.newestOfChannels(caller, channelIds),
  );
  private readonly deadOf = new Batch((caller: Caller, channelIds: readonly string[]) =>
    this.deadOfChannels(caller, channelIds),
  );

  constructor(private readonly database: Database) {}

  /** Of a channel of the caller's. */
  newest(caller: Caller, channelId: string): Promise<Delivery | null> {
    return this.newestOf.of(caller, channelId);
  }

  /** How many of a channel are dead. */
  dead(caller: Caller, channelId: string): Promise<number> {
    return this.deadOf.of(caller, channelId);
  }

  /** Newest first. */
  async page(
    { workspaceId }: Caller,
    { channelId, state }: DeliveryFilter,
    request: PageRequest,
  ): Promise<Page<Delivery>> {
    const size = pageSize(request);
    if (channelId && !isUuid(channelId)) return pageOf<Delivery>([], size, () => '');
    const found = await this.database.of(workspaceId).delivery.findMany({
      where: {
        workspaceId,
        ...(channelId && { channelId }),
        ...(state && { state }),
        ...(request.after && after(request.after)),
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: size + 1,
      include: withTries,
    });
    return pageOf(found.map(shownDelivery), size, ({ createdAt, id }) =>
      cursorOf([createdAt.toISOString(), id]),
    );
  }

  /** However many channels, in two statements. */
  private async newestOfChannels(
    { workspaceId }: Caller,
    channelIds: readonly string[],
  ): Promise<(Delivery | null)[]> {
    const database = this.database.of(workspaceId);
    const found = await database.$queryRaw<{ id: string }[]>`
      select newest.id from unnest(${[...channelIds]}::uuid[]) as channel(id) cross join lateral (
        select delivery.id from "Delivery" as delivery
        where delivery."workspaceId" = ${workspaceId}::uuid and delivery."channelId" = channel.id
        order by delivery."createdAt" desc, delivery.id desc limit 1) as newest`;
    const rows = await database.delivery.findMany({
      where: { workspaceId, id: { in: found.map(({ id }) => id) } },
      include: withTries,
    });
    const byChannel = new Map(rows.map((row) => [row.channelId, shownDelivery(row)]));
    return channelIds.map((id) => byChannel.get(id) ?? null);
  }

  private async deadOfChannels(
    { workspaceId }: Caller,
    channelIds: readonly string[],
  ): Promise<number[]> {
    const counts = await this.database.of(workspaceId).$queryRaw<
      { channelId: string; dead: number }[]
    >`
      select "channelId", count(*)::int as dead from "Delivery"
      where "workspaceId" = ${workspaceId}::uuid and "channelId" = any(${[...channelIds]}::uuid[])
        and state = 'dead'
      group by "channelId"`;
    const byChannel = new Map(counts.map(({ channelId, dead }) => [channelId, dead]));
    return channelIds.map((id) => byChannel.get(id) ?? 0);
  }

  /** Sends again what is over, with the same webhook-id; it has all its attempts anew. */
  async replay(caller: Caller, id: string): Promise<Delivery> {
    const where = { id, workspaceId: caller.workspaceId };
    const database = this.database.of(caller.workspaceId);
    const before = isUuid(id) && (await database.delivery.findFirst({ where }));
    if (!before) throw new AppError('channel.no_such_delivery', 'There is no such delivery.');
    return database.$transaction(async (tx) => {
      const moved = await tx.$executeRaw`
        update "Delivery" set state = 'waiting', "attemptsLeft" = ${maxAttempts}, "nextAttemptAt" = now(), "settledAt" = null
        where id = ${id}::uuid and state <> 'waiting'`;
      if (moved === 0)
        throw new AppError(
          'channel.still_waiting',
          'The delivery is still attempted by itself. Only one that is delivered or dead can be replayed.',
        );
      const subject = { kind: 'delivery', id };
      await AuditService.record(tx, caller, { action: 'channel.replay', subject });
      return shownDelivery(
        await tx.delivery.findUniqueOrThrow({ where: { id }, include: withTries }),
      );
    });
  }
}

function after(cursor: string): object {
  const [at = '', id = ''] = placeOf(cursor, 2);
  const createdAt = new Date(at);
  if (Number.isNaN(createdAt.getTime()) || !isUuid(id)) throw badCursor();
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] };
}

export const shownDelivery = <Row extends { state: string; nextAttemptAt: Date }>(
  row: Row,
): Row & { nextAttemptAt: Date | null } => ({
  ...row,
  nextAttemptAt: (row.state === 'waiting' ? row.nextAttemptAt : null) as Row['nextAttemptAt'],
});
