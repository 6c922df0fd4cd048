import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Database, type Transaction } from '../database/database.js';
import { isUuid } from '../database/uuid.js';
import { noticeBodyOf, type ChannelKind } from './body.js';
import type { Delivery } from './channel.model.js';
import { shownDelivery, withTries } from './delivery.service.js';
import type { Notice } from './notice.js';
import type { ChannelRow } from './shown-channel.js';

/** A button is pressed again before the first mail has come. */
const pauseSeconds = 10;

/** Lets people see whether a channel works, in the way that everything else goes. */
@Injectable()
export class ChannelTestService {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /** One delivery, or one for each address of a mail. How they went is seen as they are. */
  test(caller: Caller, id: string): Promise<Delivery[]> {
    return this.database.of(caller.workspaceId).$transaction(async (tx) => {
      const channel = await lockedForTest(tx, caller, id);
      const body = this.bodyOf(channel, await workspaceNameOf(tx, caller));
      const { workspaceId, recipients } = channel;
      const row = { workspaceId, channelId: id, kind: 'channel.test', body };
      const tos = channel.kind === 'email' ? recipients : [null];
      const made = await tx.delivery.createManyAndReturn({
        data: tos.map((recipient) => ({ ...row, recipient })),
      });
      const subject = { kind: 'channel', id, name: channel.name };
      await AuditService.record(tx, caller, { action: 'channel.test', subject });
      const where = { id: { in: made.map((delivery) => delivery.id) } };
      return (await tx.delivery.findMany({ where, include: withTries })).map(shownDelivery);
    });
  }

  private bodyOf({ kind, workspaceId }: ChannelRow, workspace: string): string {
    const at = this.clock.now();
    if (kind === 'webhook')
      return JSON.stringify({
        type: 'channel.test',
        timestamp: at.toISOString(),
        data: { workspaceId },
      });
    return noticeBodyOf(kind as Exclude<ChannelKind, 'webhook'>, {
      ...test,
      topicId: randomUUID(),
      workspace,
      link: `${this.config.publicUrl}/alerts`,
      at,
    });
  }
}

const test: Omit<Notice, 'topicId' | 'workspace' | 'link' | 'at'> = {
  kind: 'test',
  severity: 'info',
  title: 'A test from Drawbridge',
  text: 'Somebody wanted to see whether this channel works. It does, and nothing is wrong.',
  rule: null,
  subject: null,
};

async function workspaceNameOf(tx: Transaction, { workspaceId: id }: Caller): Promise<string> {
  return (await tx.workspace.findUniqueOrThrow({ where: { id }, select: { name: true } })).name;
}

async function lockedForTest(
  tx: Transaction,
  { workspaceId }: Caller,
  id: string,
): Promise<ChannelRow> {
  if (!isUuid(id)) throw notFound();
  const [held] = await tx.$queryRaw<{ isSoon: boolean }[]>`
    select exists (select from "Delivery" where "channelId" = channel.id and kind = 'channel.test'
      and "createdAt" > now() - make_interval(secs => ${pauseSeconds}::float8)) as "isSoon"
    from "Channel" as channel
    where id = ${id}::uuid and "workspaceId" = ${workspaceId}::uuid for no key update`;
  const channel = await tx.channel.findFirst({ where: { id, workspaceId } });
  if (!held || !channel) throw notFound();
  if (channel.disabledAt)
    throw new AppError('channel.disabled', 'The channel is disabled. Enable it first.');
  if (held.isSoon)
    throw new AppError('channel.tested_lately', `Wait ${pauseSeconds} seconds between two tests.`);
  return channel;
}

const notFound = (): AppError => new AppError('channel.not_found', 'There is no such channel.');
