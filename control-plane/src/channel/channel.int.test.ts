import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { codesOf, openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';
import { signatureOf } from './signature.js';
import { openReceiver, type Receiver } from './testing/receiver.js';

let test: TestApp;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await openReceiver();
  test = await openTestApp(inject('postgresUrl'), { webhookNetworks: ['127.0.0.1'] });
});
afterAll(async () => {
  await test.close();
  await receiver.close();
});

interface Made {
  createChannel: { secret: string; channel: { id: string } };
}
const make = (who: Workspace | Record<string, string>, name: string, url: string) =>
  test.ask<Made>(
    who,
    `mutation ($input: CreateChannelInput!) { createChannel(input: $input) { secret channel { id } } }`,
    { input: { name, webhook: { url, kinds: ['audit.recorded'] } } },
  );
const deliveries = `{ deliveries(first: 1, filter: { state: "delivered" }) {
  edges { node { id kind body tries { status } } } pageInfo { hasNextPage } } }`;

it('tells a workspace what happens in it, and nobody else', async () => {
  const [ours, theirs] = [await test.makeWorkspace('ours'), await test.makeWorkspace('theirs')];
  const { data } = await make(ours, 'hook', receiver.url);
  const { secret, channel } = data!.createChannel;
  await test.makeToken(theirs);
  await test.makeToken(ours);
  await vi.waitFor(() => {
    const actions = receiver.received.map(({ body }) => JSON.parse(body).data.action as string);
    expect(actions).toContain('agent.enroll');
  }, 15_000);
  for (const { headers, body } of receiver.received) {
    expect(JSON.parse(body)).toMatchObject({
      type: 'audit.recorded',
      data: { workspaceId: ours.id },
    });
    const id = String(headers['webhook-id']);
    const timestamp = Number(headers['webhook-timestamp']);
    expect(headers['webhook-signature']).toBe(signatureOf({ id, timestamp, body }, secret));
  }
  const answer = await vi.waitFor(async () => {
    const said = await test.ask<{ deliveries: { edges: { node: { id: string } }[] } }>(
      ours,
      deliveries,
    );
    expect(said.data?.deliveries.edges).toHaveLength(1);
    return said;
  }, 10_000);
  const { node } = answer.data!.deliveries.edges[0]!;
  expect(node).toMatchObject({ kind: 'audit.recorded', tries: [{ status: 204 }] });
  const none = await test.ask<{ deliveries: { edges: unknown[] } }>(theirs, deliveries);
  expect(none.data?.deliveries.edges).toEqual([]);
  const replay = `mutation ($id: ID!) { replayDelivery(input: { id: $id }) { delivery { state } } }`;
  expect(codesOf(await test.ask(theirs, replay, node))).toEqual(['channel.no_such_delivery']);
  expect((await test.ask(ours, replay, node)).data).toEqual({
    replayDelivery: { delivery: { state: 'waiting' } },
  });
  const health = '{ channels { name lastDelivery { id kind } deadDeliveries } }';
  await test.database.channel.create({ data: { workspaceId: ours.id, name: 'silent' } });
  await test.database.delivery.update({ where: { id: node.id }, data: { state: 'dead' } });
  const { channels } = (await test.ask<{ channels: object[] }>(ours, health)).data!;
  expect(channels).toEqual([
    {
      name: 'hook',
      lastDelivery: expect.objectContaining({ kind: 'audit.recorded' }),
      deadDeliveries: 1,
    },
    { name: 'silent', lastDelivery: null, deadDeliveries: 0 },
  ]);
  const remove = `mutation ($id: ID!) { deleteChannel(input: { id: $id }) { channel { name } } }`;
  expect(codesOf(await test.ask(theirs, remove, channel))).toEqual(['channel.not_found']);
  expect((await test.ask(ours, remove, channel)).errors).toBeUndefined();
  expect(await test.database.delivery.count()).toBe(0);
});

it('is for administrators, and says what is wrong', async () => {
  const ours = await test.makeWorkspace('admins');
  const { data } = await test.ask<{ createApiKey: { key: string } }>(
    ours,
    `mutation { createApiKey(input: { name: "editor", role: "editor" }) { key } }`,
  );
  const editor = { authorization: `Bearer ${data!.createApiKey.key}` };
  expect(codesOf(await test.ask(editor, '{ channels { address } }'))).toEqual(['auth.forbidden']);
  expect(codesOf(await make(editor, 'hook', receiver.url))).toEqual(['auth.forbidden']);
  expect(codesOf(await make(ours, ' ', receiver.url))).toEqual(['channel.bad_name']);
  expect(codesOf(await make(ours, 'hook', 'https://169.254.169.254/'))).toEqual([
    'channel.private_address',
  ]);
  expect((await make(ours, 'hook', receiver.url)).errors).toBeUndefined();
  expect(codesOf(await make(ours, 'hook', receiver.url))).toEqual(['channel.name_taken']);
});
