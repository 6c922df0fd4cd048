import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { EventService } from '../event/event.service.js';
import { openGround, type Ground } from '../job/testing/ground.js';
import { maxAttempts } from './backoff.js';
import { DeliveryService } from './delivery.service.js';
import { resolveBySystem } from '../outbound/guarded-request.js';
import { Sender } from './sender.js';
import { secretOf, signatureOf } from './signature.js';
import { openReceiver, type Receiver } from './testing/receiver.js';
import { ChannelService } from './channel.service.js';
import { Dispatch } from './dispatch.js';
import { MailFolder } from '../mail/mail-folder.js';

let ground: Ground;
let receiver: Receiver;
let channels: ChannelService;
const config = new Config({ secret: 's'.repeat(32), webhookNetworks: ['127.0.0.1'] });
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
  receiver = await openReceiver();
  channels = new ChannelService(ground.tenancy, config, new Clock());
});
afterEach(async () => {
  await receiver.close();
  await ground.close();
});

const noMail = new MailFolder('/nowhere', 'drawbridge@example.com', () => new Date());
const makeSender = (by = config) =>
  new Sender(ground.tenancy, by, new Clock(), new Dispatch(by, noMail, resolveBySystem));
const emit = (count: number) =>
  ground.database.$transaction((tx) =>
    EventService.emit(
      tx,
      Array.from({ length: count }, (_, slots) => ({
        kind: 'run.missed' as const,
        workspaceId: ground.caller.workspaceId,
        detail: { slot: '2026-01-01T00:00:00Z', slots, reason: 'agent.offline' },
      })),
    ),
  );
const create = (url = receiver.url) =>
  channels.create(ground.caller, { name: 'hook', webhook: { url, kinds: ['run.missed'] } });

/** Other tests on the same server may hold events back for a moment. */
const taken = (count: number, senders = [makeSender()]) =>
  vi.waitFor(async () => {
    await Promise.all(senders.map((sender) => sender.takeEvents()));
    expect(await ground.database.delivery.count()).toBe(count);
  }, 10_000);

async function sendDue(senders = [makeSender()]): Promise<void> {
  const { signal } = new AbortController();
  for (let begun = 1; begun > 0;) {
    const counts = await Promise.all(senders.map((sender) => sender.begin(signal)));
    await Promise.all(senders.map((sender) => sender.ended()));
    begun = counts.reduce((sum, count) => sum + count, 0);
  }
}
const makeDue = async (): Promise<void> => {
  await ground.database.channel.updateMany({ data: { quietUntil: null } });
  await ground.database
    .$executeRaw`update "Delivery" set "nextAttemptAt" = now() - interval '1 second'`;
};
const shown = async () => {
  const { edges } = await new DeliveryService(ground.tenancy).page(ground.caller, {}, {});
  return edges.map(({ node }) => node);
};

it('tells each event once, signed, however many processes do it', async () => {
  const { channel, secret } = await create();
  const senders = [makeSender(), makeSender(), makeSender()];
  await emit(30);
  await taken(30, senders);
  await sendDue(senders);
  const slots = receiver.received.map(({ body }) => JSON.parse(body).data.slots as number);
  expect(slots.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n));
  for (const { headers, body } of receiver.received) {
    const id = String(headers['webhook-id']);
    const timestamp = Number(headers['webhook-timestamp']);
    expect(Math.abs(Date.now() / 1_000 - timestamp)).toBeLessThan(60);
    expect(headers['webhook-signature']).toBe(signatureOf({ id, timestamp, body }, secret!));
  }
  await channels.rotate(ground.caller, channel.id);
  await emit(1);
  await taken(31);
  await sendDue();
  const { headers } = receiver.received.at(-1)!;
  expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2);
});

it('tries again with the same id, later each time, and tells how each attempt went', async () => {
  await create();
  receiver.answer = (response) => void response.writeHead(503, { 'retry-after': '90' }).end();
  await emit(1);
  await taken(1);
  await sendDue();
  const [waiting] = await shown();
  expect(waiting).toMatchObject({
    state: 'waiting',
    attempts: 1,
    tries: [{ number: 1, status: 503, problem: 'channel.refused' }],
  });
  expect(Number(waiting?.nextAttemptAt) - Date.now()).toBeGreaterThan(80_000);
  receiver.answer = (response) => void response.writeHead(200).end('ok');
  await makeDue();
  await sendDue();
  expect(await shown()).toMatchObject([
    {
      state: 'delivered',
      nextAttemptAt: null,
      tries: [{ number: 2, problem: null }, { number: 1 }],
    },
  ]);
  const [first, second] = receiver.received;
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(second?.body).toBe(first?.body);
});

it('is dead after the last attempt, and can be replayed', async () => {
  await create();
  receiver.answer = (response) => void response.destroy();
  await emit(1);
  await taken(1);
  const deliveries = new DeliveryService(ground.tenancy);
  for (let turn = 1; turn <= maxAttempts; turn += 1) {
    await makeDue();
    await sendDue();
  }
  const [dead] = await shown();
  expect(dead).toMatchObject({ state: 'dead', attempts: maxAttempts });
  expect(dead?.tries[0]).toMatchObject({ status: null, problem: 'channel.unreachable' });
  await makeDue();
  await sendDue();
  expect(receiver.received).toHaveLength(maxAttempts);
  receiver.answer = (response) => void response.writeHead(204).end();
  await deliveries.replay(ground.caller, dead!.id);
  await expect(deliveries.replay(ground.caller, dead!.id)).rejects.toMatchObject({
    code: 'channel.still_waiting',
  });
  await sendDue();
  expect(await shown()).toMatchObject([{ state: 'delivered', attempts: maxAttempts + 1 }]);
  const other = await ground.makeWorkspace();
  await expect(deliveries.replay(other, dead!.id)).rejects.toMatchObject({
    code: 'channel.no_such_delivery',
  });
});

it('tells nothing more to one that says that it is gone', async () => {
  await create();
  receiver.answer = (response) => void response.writeHead(410).end();
  await emit(1);
  await taken(1);
  await sendDue();
  expect(await shown()).toMatchObject([{ state: 'dead', tries: [{ problem: 'channel.gone' }] }]);
  const [channel] = await channels.list(ground.caller);
  expect(channel?.disabledAt).toBeInstanceOf(Date);
  const audit = await ground.database.auditEntry.findMany({ orderBy: { sequence: 'desc' } });
  expect(audit[0]).toMatchObject({ action: 'channel.disable', actorKind: 'system' });
});

it('does not reach a private address, whoever made the webhook and however it is written', async () => {
  await create();
  const guarded = makeSender(new Config({ secret: 's'.repeat(32) }));
  await emit(1);
  await taken(1);
  await sendDue([guarded]);
  expect(receiver.connections).toBe(0);
  expect(await shown()).toMatchObject([
    { state: 'waiting', tries: [{ status: null, problem: 'channel.private_address' }] },
  ]);
  for (const url of ['http://10.0.0.1/', 'https://[::1]/', 'https://2852039166/'])
    await expect(create(url)).rejects.toMatchObject({ code: 'channel.private_address' });
  for (const url of ['ftp://example.com/', 'https://me:secret@example.com/', 'nothing'])
    await expect(create(url)).rejects.toMatchObject({ code: 'channel.bad_url' });
});

it('keeps secrets and paths out of the database and the audit log', async () => {
  const { channel, secret } = await create(`${receiver.url}services/T0/very-own`);
  expect(secret).toBe(secretOf(config.secret, channel.id, 1));
  const rows = await ground.database.$queryRaw<{ text: string }[]>`
    select to_jsonb(hook)::text as text from "Channel" as hook
    union all select to_jsonb(entry)::text from "AuditEntry" as entry`;
  expect(rows).toHaveLength(2);
  const text = JSON.stringify(rows);
  expect(text).not.toContain(secret!.slice(6));
  expect(text.match(/very-own/g)).toHaveLength(1);
});
