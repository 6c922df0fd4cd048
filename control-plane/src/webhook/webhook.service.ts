import { Injectable } from '@nestjs/common';
import { isIP } from 'node:net';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Database, type Transaction } from '../database/database.js';
import { isUuid } from '../database/uuid.js';
import { eventKinds } from '../event/event.js';
import { AddressGuard } from './address-guard.js';
import { secretOf } from './signature.js';
import type { CreateWebhookInput, Webhook } from './webhook.model.js';

/** More would make every event costly. */
const maxWebhooks = 50;
const maxUrlLength = 2_000;

/** Where a workspace's events go. */
@Injectable()
export class WebhookService {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  list({ workspaceId }: Caller): Promise<Webhook[]> {
    return this.database
      .of(workspaceId)
      .webhook.findMany({ where: { workspaceId }, orderBy: { name: 'asc' } });
  }

  async create(
    caller: Caller,
    input: CreateWebhookInput,
  ): Promise<{ webhook: Webhook; secret: string }> {
    const { workspaceId } = caller;
    const data = { workspaceId, ...this.checked(input) };
    const webhook = await this.database.of(workspaceId).$transaction(async (tx) => {
      await assertRoom(tx, workspaceId);
      const [made] = await tx.webhook.createManyAndReturn({ data: [data], skipDuplicates: true });
      if (!made) return undefined;
      await record(tx, caller, 'webhook.create', made);
      return made;
    });
    if (webhook) return { webhook, secret: secretOf(this.config.secret, webhook.id, 1) };
    throw new AppError(
      'webhook.name_taken',
      `There is a webhook named "${data.name}". Choose another name.`,
    );
  }

  /** Both secrets count for a day, so that the receiver can change over. */
  rotate(caller: Caller, id: string): Promise<{ webhook: Webhook; secret: string }> {
    return this.database.of(caller.workspaceId).$transaction(async (tx) => {
      const { secretVersion } = await this.locked(tx, caller, id);
      const data = { secretVersion: secretVersion + 1, rotatedAt: this.clock.now() };
      const webhook = await tx.webhook.update({ where: { id }, data });
      await record(tx, caller, 'webhook.rotate', webhook);
      return { webhook, secret: secretOf(this.config.secret, id, webhook.secretVersion) };
    });
  }

  /** What waits when it is disabled goes on when it is enabled; what happens meanwhile it is not told. */
  enable(caller: Caller, id: string, enabled: boolean): Promise<Webhook> {
    return this.database.of(caller.workspaceId).$transaction(async (tx) => {
      const webhook = await this.locked(tx, caller, id);
      if ((webhook.disabledAt === null) === enabled) return webhook;
      const data = { disabledAt: enabled ? null : this.clock.now() };
      const moved = await tx.webhook.update({ where: { id }, data });
      await record(tx, caller, enabled ? 'webhook.enable' : 'webhook.disable', moved);
      return moved;
    });
  }

  /** With what it was sent, and what waits. */
  remove(caller: Caller, id: string): Promise<Webhook> {
    return this.database.of(caller.workspaceId).$transaction(async (tx) => {
      const webhook = await this.locked(tx, caller, id);
      await tx.webhook.delete({ where: { id } });
      await record(tx, caller, 'webhook.delete', webhook);
      return webhook;
    });
  }

  private async locked(
    tx: Transaction,
    { workspaceId }: Caller,
    id: string,
  ): Promise<Webhook & { secretVersion: number }> {
    if (isUuid(id)) {
      await tx.$executeRaw`
        select from "Webhook" where id = ${id}::uuid and "workspaceId" = ${workspaceId}::uuid for update`;
      const webhook = await tx.webhook.findFirst({ where: { id, workspaceId } });
      if (webhook) return webhook;
    }
    throw new AppError('webhook.not_found', 'There is no such webhook.');
  }

  private checked({ name, url, kinds }: CreateWebhookInput): CreateWebhookInput {
    if (!/^\S.{0,99}$/u.test(name.trim()))
      throw new AppError('webhook.bad_name', 'Give the webhook a name of 1 to 100 characters.');
    const unknown = kinds.find((kind) => !eventKinds.some((known) => known === kind));
    if (unknown !== undefined || kinds.length === 0)
      throw new AppError('webhook.bad_kinds', `Choose one or more of ${eventKinds.join(', ')}.`);
    return { name: name.trim(), url: this.checkedUrl(url), kinds: [...new Set(kinds)] };
  }

  /** What is plainly wrong is said at once; where a name leads to is seen at each attempt. */
  private checkedUrl(text: string): string {
    const url = URL.canParse(text) && text.length <= maxUrlLength ? new URL(text) : undefined;
    const networks = this.config.webhookNetworks;
    const isPlain = url?.protocol === 'http:' && networks.length > 0;
    if (!url || url.username || url.password || (url.protocol !== 'https:' && !isPlain))
      throw new AppError(
        'webhook.bad_url',
        'A webhook has an address of at most 2,000 characters that begins with https:// and has no user or password in it.',
      );
    const host = url.hostname.replaceAll(/[[\]]/g, '');
    if (isIP(host) !== 0 && !new AddressGuard(networks).allows(host))
      throw new AppError(
        'webhook.private_address',
        'Webhooks reach public addresses alone. Name the network in DRAWBRIDGE_WEBHOOK_NETWORKS, or choose another address.',
      );
    url.hash = '';
    return url.href;
  }
}

async function assertRoom(tx: Transaction, workspaceId: string): Promise<void> {
  // Two who make the last one at once would both find room.
  await tx.$executeRaw`select from "Workspace" where id = ${workspaceId}::uuid for no key update`;
  if ((await tx.webhook.count({ where: { workspaceId } })) < maxWebhooks) return;
  throw new AppError(
    'webhook.too_many',
    `A workspace has at most ${maxWebhooks} webhooks. Remove one first.`,
  );
}

/** Not its address: it may hold what only its owner should know. */
function record(tx: Transaction, caller: Caller, action: string, webhook: Webhook): Promise<void> {
  const { id, name, url, kinds, disabledAt } = webhook;
  const { host } = new URL(url);
  return AuditService.record(tx, caller, {
    action,
    subject: { kind: 'webhook', id, name },
    after: { name, host, kinds, disabledAt },
  });
}
