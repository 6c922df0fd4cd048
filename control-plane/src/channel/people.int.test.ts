import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest';
import { raise, resolve } from '../alert/alert-row.js';
import { defaultRules } from '../alert/rule.js';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';
import { type Mail, Mailer } from '../mail/mailer.js';
import { AppError } from '../app-error.js';
import { ChannelTestService } from './channel-test.service.js';
import { ChannelService } from './channel.service.js';
import { DeliveryService } from './delivery.service.js';
import { Dispatch } from './dispatch.js';
import { resolveBySystem } from '../outbound/guarded-request.js';
import { Sender } from './sender.js';
import {
  openPagerDutyServer,
  routingKey,
  type PagerDutyServer,
} from './testing/pagerduty-server.js';
import { openSlackServer, type SlackServer } from './testing/slack-server.js';

/** Takes mail, and refuses an address for good. */
class TestMailer extends Mailer {
  readonly mails: Mail[] = [];

  async send(mail: Mail): Promise<void> {
    if (mail.to.startsWith('nobody')) throw new AppError('mail.refused', 'There is no such box.');
    this.mails.push(mail);
  }
}

const config = new Config({
  secret: 's'.repeat(32),
  webhookNetworks: ['127.0.0.1'],
  publicUrl: 'https://drawbridge.example',
});
let ground: Ground;
let slack: SlackServer;
let pagerDuty: PagerDutyServer;
let mailer: TestMailer;
let channels: ChannelService;
let sender: Sender;
beforeEach(async () => {
  [ground, slack, pagerDuty] = await Promise.all([
    openGround(inject('postgresUrl')),
    openSlackServer(),
    openPagerDutyServer(),
  ]);
  mailer = new TestMailer();
  channels = new ChannelService(ground.tenancy, config, new Clock());
  const dispatch = new Dispatch(config, mailer, resolveBySystem);
  sender = new Sender(ground.tenancy, config, new Clock(), dispatch);
  await ground.apply(yamlOfSyncs(1));
});
afterEach(async () => {
  await Promise.all([slack.receiver.close(), pagerDuty.receiver.close(), ground.close()]);
});

const createAll = async () => ({
  slack: (await channels.create(ground.caller, { name: 'team', slack: { url: slack.url } }))
    .channel,
  pagerDuty: (
    await channels.create(ground.caller, {
      name: 'on-call',
      pagerDuty: { routingKey, url: pagerDuty.url },
    })
  ).channel,
  email: (
    await channels.create(ground.caller, {
      name: 'mail',
      email: { to: ['a@example.com', 'nobody@example.com'] },
    })
  ).channel,
});

const aboutSync = async () => {
  const { id } = await ground.database.sync.findFirstOrThrow();
  return { workspaceId: ground.caller.workspaceId, subjectId: id, syncId: id };
};
async function fail(told: string[] = []): Promise<void> {
  const about = await aboutSync();
  const rule = { ...defaultRules[0]!, channels: told };
  const why = { kind: 'failed', state: 'failed', code: 'source.unreachable', runs: 1 } as const;
  await ground.database.$transaction((tx) => raise(tx, [{ ...about, rule, why }]));
}
async function recover(): Promise<void> {
  const about = await aboutSync();
  await ground.database.$transaction((tx) =>
    resolve(tx, [{ ...about, rule: 'failed' }], 'recovered'),
  );
}
/** Other tests on the same server may hold events back for a moment. */
const taken = (count: number) =>
  vi.waitFor(async () => {
    await sender.takeEvents();
    expect(await ground.database.delivery.count()).toBe(count);
  }, 10_000);
async function sendDue(): Promise<void> {
  const { signal } = new AbortController();
  while ((await sender.begin(signal)) > 0) await sender.ended();
}
const later = () =>
  ground.database
    .$executeRaw`update "Delivery" set "nextAttemptAt" = now() where state = 'waiting'`;
const tries = async (channelId: string) => {
  const { edges } = await new DeliveryService(ground.tenancy).page(
    ground.caller,
    { channelId },
    {},
  );
  return edges.map(({ node: { state, recipient, tries: all } }) => ({
    state,
    ...(recipient && { recipient }),
    problem: all[0]?.problem,
  }));
};

it('tells people of an alert and of its end, each in the words of their channel', async () => {
  const made = await createAll();
  await fail();
  await recover();
  await taken(8);
  await sendDue();
  expect(slack.messages.map(({ text }) => text)).toEqual([
    'Sync sync-0 failed',
    'Resolved: Sync sync-0 failed',
  ]);
  expect(slack.messages[0]?.blocks[0]?.text?.text).toContain('with source.unreachable');
  expect(slack.messages[0]?.blocks[1]?.text?.text).toBe(
    '<https://drawbridge.example/syncs/sync-0|Look at it>',
  );
  expect([...pagerDuty.incidents.values()]).toEqual([
    { state: 'resolved', triggers: 1, summary: 'Sync sync-0 failed', severity: 'error' },
  ]);
  expect(mailer.mails.map(({ to, subject }) => [to, subject.replace(/^\[.*\] /, '')])).toEqual([
    ['a@example.com', 'Sync sync-0 failed'],
    ['a@example.com', 'Resolved: Sync sync-0 failed'],
  ]);
  expect((await tries(made.email.id)).filter(({ state }) => state === 'dead')).toEqual(
    Array.from({ length: 2 }, () => ({
      state: 'dead',
      recipient: 'nobody@example.com',
      problem: 'mail.refused',
    })),
  );
});

it('tells no end before its beginning, however long that has to wait', async () => {
  const made = await createAll();
  await channels.remove(ground.caller, made.email.id);
  [slack.mood, pagerDuty.mood] = ['limited', 'down'];
  await fail();
  await recover();
  await taken(4);
  await sendDue();
  expect(slack.receiver.received).toHaveLength(1);
  expect(pagerDuty.receiver.received).toHaveLength(1);
  const [waiting] = await ground.database.delivery.findMany({
    where: { channelId: made.slack.id, attempts: 1 },
  });
  // Slack asked for half a minute; by itself it would have been five seconds.
  expect(Number(waiting?.nextAttemptAt) - Date.now()).toBeGreaterThan(25_000);
  [slack.mood, pagerDuty.mood] = ['well', 'well'];
  await ground.database.channel.updateMany({ data: { quietUntil: null } });
  await later();
  await sendDue();
  await sendDue();
  expect(slack.messages.map(({ text }) => text)).toEqual([
    'Sync sync-0 failed',
    'Resolved: Sync sync-0 failed',
  ]);
  expect([...pagerDuty.incidents.values()]).toMatchObject([{ state: 'resolved', triggers: 1 }]);
});

it('leaves a receiver alone for as long as it asks, with everything that is for it', async () => {
  const made = await createAll();
  pagerDuty.mood = 'limited';
  const tell = () => fail(['on-call']);
  await tell();
  await taken(1);
  await sendDue();
  expect(await tries(made.pagerDuty.id)).toEqual([
    { state: 'waiting', problem: 'channel.refused' },
  ]);
  const [waiting] = await ground.database.delivery.findMany();
  const waitMs = Number(waiting?.nextAttemptAt) - Date.now();
  expect(waitMs).toBeGreaterThan(40_000);
  expect(waitMs).toBeLessThan(46_000);
  // The test of the channel is due at once, and waits all the same; another channel does not.
  pagerDuty.mood = 'well';
  const service = new ChannelTestService(ground.tenancy, config, new Clock());
  for (const { id } of [made.slack, made.pagerDuty]) await service.test(ground.caller, id);
  await sendDue();
  expect(pagerDuty.receiver.received).toHaveLength(1);
  expect(slack.messages).toHaveLength(1);
  await ground.database.$executeRaw`update "Channel" set "quietUntil" = now()`;
  await sendDue();
  expect([...pagerDuty.incidents.values()]).toMatchObject([{ severity: 'info' }]);
  await later();
  await sendDue();
  expect(pagerDuty.incidents.size).toBe(2);
});

it('asks an address that was changed at once', async () => {
  const made = await createAll();
  pagerDuty.mood = 'limited';
  await fail(['on-call']);
  await taken(1);
  await sendDue();
  pagerDuty.mood = 'well';
  await channels.update(ground.caller, {
    id: made.pagerDuty.id,
    pagerDuty: { routingKey, url: pagerDuty.url },
  });
  await later();
  await sendDue();
  expect(pagerDuty.incidents.size).toBe(1);
});

it.each(['archived', 'revoked'] as const)(
  'gives up at once what can never be, and tells nothing more to a channel that is gone, as one that was %s',
  async (mood) => {
    const made = await createAll();
    await channels.update(ground.caller, {
      id: made.pagerDuty.id,
      pagerDuty: { routingKey: 'x'.repeat(32), url: pagerDuty.url },
    });
    slack.mood = mood;
    await fail(['team', 'on-call']);
    await taken(2);
    await sendDue();
    expect(await tries(made.pagerDuty.id)).toEqual([{ state: 'dead', problem: 'channel.refused' }]);
    expect(await tries(made.slack.id)).toEqual([{ state: 'dead', problem: 'channel.gone' }]);
    const listed = await channels.list(ground.caller);
    expect(listed.map(({ name, disabledAt }) => [name, disabledAt !== null])).toEqual([
      ['mail', false],
      ['on-call', false],
      ['team', true],
    ]);
  },
);

it('tells of a rule that comes and goes four times, and then waits', async () => {
  await channels.create(ground.caller, { name: 'team', slack: { url: slack.url } });
  for (let turn = 0; turn < 6; turn += 1) {
    await fail();
    await recover();
  }
  await taken(7);
  await sendDue();
  // Alerts that follow each other so closely may arrive in any order; each ends after it began.
  const ends = slack.messages.filter(({ text }) => text.startsWith('Resolved'));
  expect([slack.messages.length, ends.length]).toEqual([7, 3]);
  const flapping = slack.messages.filter(({ blocks }) =>
    blocks[0]?.text?.text.includes('It comes and goes'),
  );
  expect(flapping).toHaveLength(1);
});

it('tests a channel in the way that everything else goes, and not all the time', async () => {
  const made = await createAll();
  const service = new ChannelTestService(ground.tenancy, config, new Clock());
  expect(await service.test(ground.caller, made.email.id)).toHaveLength(2);
  for (const { id } of [made.slack, made.pagerDuty]) await service.test(ground.caller, id);
  await expect(service.test(ground.caller, made.slack.id)).rejects.toMatchObject({
    code: 'channel.tested_lately',
  });
  await sendDue();
  expect(slack.messages.map(({ text }) => text)).toEqual(['A test from Drawbridge']);
  expect([...pagerDuty.incidents.values()]).toMatchObject([{ severity: 'info' }]);
  expect(mailer.mails.map(({ to }) => to)).toEqual(['a@example.com']);
  await channels.enable(ground.caller, made.slack.id, false);
  await expect(service.test(ground.caller, made.slack.id)).rejects.toMatchObject({
    code: 'channel.disabled',
  });
});

it('keeps what a channel is reached with out of everything that can be read', async () => {
  const made = await createAll();
  await fail();
  await taken(4);
  await sendDue();
  const [{ text }] = await ground.database.$queryRaw<[{ text: string }]>`
    select (select jsonb_agg(c)::text from "Channel" as c) || (select jsonb_agg(d)::text from "Delivery" as d)
      || (select jsonb_agg(a)::text from "AuditEntry" as a) as text`;
  for (const secret of [routingKey, 'abcdefghijkl']) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Buffer.from(secret).toString('hex'));
  }
  expect(JSON.stringify(await channels.list(ground.caller))).not.toContain(routingKey);
  const other = new Config({ ...config, secret: 't'.repeat(32) });
  const elsewhere = new Sender(
    ground.tenancy,
    other,
    new Clock(),
    new Dispatch(other, mailer, resolveBySystem),
  );
  await recover();
  await vi.waitFor(async () => {
    await elsewhere.takeEvents();
    expect(await ground.database.delivery.count()).toBe(8);
  }, 10_000);
  while ((await elsewhere.begin(new AbortController().signal)) > 0) await elsewhere.ended();
  expect((await tries(made.slack.id))[0]).toEqual({
    state: 'dead',
    problem: 'channel.sealed_otherwise',
  });
});

it('says what is wrong with a channel, and keeps one that an alert names', async () => {
  const codeOf = (input: object) =>
    channels.create(ground.caller, { name: 'x', ...input }).then(
      () => 'made',
      ({ code }: AppError) => code,
    );
  const webhook = { url: slack.url, kinds: ['run.finished'] };
  expect(await codeOf({})).toBe('channel.one_kind');
  expect(await codeOf({ webhook, email: { to: ['a@example.com'] } })).toBe('channel.one_kind');
  expect(await codeOf({ webhook, name: 'a b' })).toBe('channel.bad_name');
  expect(await codeOf({ webhook: { ...webhook, kinds: ['run.burnt'] } })).toBe('channel.bad_kinds');
  expect(await codeOf({ slack: { url: 'https://10.0.0.1/' } })).toBe('channel.private_address');
  expect(await codeOf({ pagerDuty: { routingKey: 'short' } })).toBe('channel.bad_routing_key');
  expect(await codeOf({ email: { to: ['a@example.com', 'b'] } })).toBe('channel.bad_recipients');
  const made = await createAll();
  const tells = (name: string) => `alerts: { failed: { failed: 1, channels: [${name}] } }`;
  expect((await ground.apply(yamlOfSyncs(1) + tells('team'))).problems).toEqual([]);
  const named = { code: 'channel.in_use' };
  const { id } = made.slack;
  await expect(channels.remove(ground.caller, id)).rejects.toMatchObject(named);
  await expect(channels.update(ground.caller, { id, name: 'y' })).rejects.toMatchObject(named);
  await expect(
    channels.update(ground.caller, { id, email: { to: ['a@example.com'] } }),
  ).rejects.toMatchObject({ code: 'channel.other_kind' });
  const { problems } = await ground.apply(yamlOfSyncs(1) + tells('tem'));
  expect(problems).toMatchObject([{ code: 'alert.unknown_channel', line: expect.any(Number) }]);
  expect(problems[0]?.message).toContain('team');
});
