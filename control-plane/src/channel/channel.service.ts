import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Database, type Transaction } from '../database/database.js';
import { isUuid } from '../database/uuid.js';
import { checkedName, settingsOf, type ChannelSettings } from './channel-settings.js';
import type { Channel, CreateChannelInput, UpdateChannelInput } from './channel.model.js';
import { seal } from './seal.js';
import { shownChannel, type ChannelRow } from './shown-channel.js';
import { secretOf } from './signature.js';

/** More would make every event costly. */
const maxChannels = 50;

interface WithSecret {
  channel: Channel;
  secret: string | null;
}

/** Who a workspace tells what happens. */
@Injectable()
export class ChannelService {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  async list({ workspaceId }: Caller): Promise<Channel[]> {
    const where = { workspaceId };
    const rows = await this.database
      .of(workspaceId)
      .channel.findMany({ where, orderBy: { name: 'asc' } });
    return rows.map(shownChannel);
  }

  async create(caller: Caller, input: CreateChannelInput): Promise<WithSecret> {
    const { workspaceId } = caller;
    const name = checkedName(input.name);
    const settings = settingsOf(input, this.config);
    return this.database.of(workspaceId).$transaction(async (tx) => {
      await assertRoom(tx, workspaceId);
      const id = randomUUID();
      const data = [{ id, workspaceId, name, ...this.kept(id, settings) }];
      const [made] = await tx.channel.createManyAndReturn({ data, skipDuplicates: true });
      if (!made) throw nameTaken(name);
      await record(tx, caller, 'channel.create', made);
      return this.withSecret(made);
    });
  }

  /** What waits goes to where the channel leads then. */
  update(caller: Caller, { id, name, ...input }: UpdateChannelInput): Promise<Channel> {
    return this.database.of(caller.workspaceId).$transaction(async (tx) => {
      const before = await locked(tx, caller, id);
      const isSame = Object.values(input).every((part) => part === null || part === undefined);
      const settings = isSame ? undefined : settingsOf(input, this.config);
      if (settings && settings.kind !== before.kind)
        throw new AppError(
          'channel.other_kind',
          'A channel stays of its kind. Make another one, and delete this one.',
        );
      const data = {
        ...(name && { name: checkedName(name) }),
        ...(settings && this.kept(id, settings)),
        // Another receiver, or another key of it, has asked for nothing yet.
        ...(settings && { quietUntil: null }),
      };
      if (data.name !== undefined && data.name !== before.name)
        await assertFree(tx, caller, data.name);
      if (data.name !== undefined && data.name !== before.name) await assertUnnamed(tx, before);
      const moved = await tx.channel.update({ where: { id }, data });
      await record(tx, caller, 'channel.update', moved, before);
      return shownChannel(moved);
    });
  }

  /** Both secrets count for a day, so that the receiver can change over. */
  rotate(caller: Caller, id: string): Promise<WithSecret> {
    return this.database.of(caller.workspaceId).$transaction(async (tx) => {
      const { secretVersion, kind } = await locked(tx, caller, id);
      if (kind !== 'webhook')
        throw new AppError(
          'channel.no_signature',
          'Only a webhook signs. Give this channel another secret by updating it.',
        );
      const data = { secretVersion: secretVersion + 1, rotatedAt: this.clock.now() };
      const channel = await tx.channel.update({ where: { id }, data });
      await record(tx, caller, 'channel.rotate', channel);
      return this.withSecret(channel);
    });
  }

  /** What waits when it is disabled goes on when it is enabled; what happens meanwhile it is not told. */
  enable(caller: Caller, id: string, enabled: boolean): Promise<Channel> {
    return this.database.of(caller.workspaceId).$transaction(async (tx) => {
      const channel = await locked(tx, caller, id);
      if ((channel.disabledAt === null) === enabled) return shownChannel(channel);
      const data = { disabledAt: enabled ? null : this.clock.now() };
      const moved = await tx.channel.update({ where: { id }, data });
      await record(tx, caller, enabled ? 'channel.enable' : 'channel.disable', moved);
      return shownChannel(moved);
    });
  }

  /** With what it was sent, and what waits. */
  remove(caller: Caller, id: string): Promise<Channel> {
    return this.database.of(caller.workspaceId).$transaction(async (tx) => {
      const channel = await locked(tx, caller, id);
      await assertUnnamed(tx, channel);
      await tx.channel.delete({ where: { id } });
      await record(tx, caller, 'channel.delete', channel);
      return shownChannel(channel);
    });
  }

  private kept(id: string, { secret, ...settings }: ChannelSettings) {
    const sealed = secret && new Uint8Array(seal(this.config.secret, id, secret));
    return { ...settings, ...(sealed && { sealed }) };
  }

  private withSecret(row: ChannelRow): WithSecret {
    const { id, kind, secretVersion } = row;
    const secret = kind === 'webhook' ? secretOf(this.config.secret, id, secretVersion) : null;
    return { channel: shownChannel(row), secret };
  }
}

async function locked(tx: Transaction, { workspaceId }: Caller, id: string): Promise<ChannelRow> {
  if (isUuid(id)) {
    await tx.$executeRaw`
      select from "Channel" where id = ${id}::uuid and "workspaceId" = ${workspaceId}::uuid for update`;
    const channel = await tx.channel.findFirst({ where: { id, workspaceId } });
    if (channel) return channel;
  }
  throw new AppError('channel.not_found', 'There is no such channel.');
}

async function assertRoom(tx: Transaction, workspaceId: string): Promise<void> {
  // Two who make the last one at once would both find room.
  await tx.$executeRaw`select from "Workspace" where id = ${workspaceId}::uuid for no key update`;
  if ((await tx.channel.count({ where: { workspaceId } })) < maxChannels) return;
  throw new AppError(
    'channel.too_many',
    `A workspace has at most ${maxChannels} channels. Delete one first.`,
  );
}

async function assertFree(tx: Transaction, { workspaceId }: Caller, name: string): Promise<void> {
  if ((await tx.channel.count({ where: { workspaceId, name } })) > 0) throw nameTaken(name);
}

/** An alert that tells a channel that is not there would tell nobody. */
async function assertUnnamed(tx: Transaction, { workspaceId, name }: ChannelRow): Promise<void> {
  const rules = await tx.alertRule.findMany({ where: { workspaceId } });
  const naming = rules.find(({ spec }) =>
    (spec as { channels?: string[] }).channels?.includes(name),
  );
  if (!naming) return;
  throw new AppError(
    'channel.in_use',
    `The alert "${naming.name}" tells this channel. Take it out of the configuration first.`,
  );
}

const nameTaken = (name: string): AppError =>
  new AppError('channel.name_taken', `There is a channel named "${name}". Choose another name.`);

/** Not its address: it may hold what only its owner should know. */
function record(
  tx: Transaction,
  caller: Caller,
  action: string,
  channel: ChannelRow,
  before?: ChannelRow,
): Promise<void> {
  const { id, name } = channel;
  return AuditService.record(tx, caller, {
    action,
    subject: { kind: 'channel', id, name },
    ...(before && { before: auditedOf(before) }),
    after: auditedOf(channel),
  });
}

function auditedOf({ name, kind, url, kinds, recipients, disabledAt }: ChannelRow): object {
  const host = url && new URL(url).host;
  return { name, kind, host, kinds, recipients: recipients.length, disabledAt };
}
