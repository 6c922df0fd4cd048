import type { Ask } from '../api.js';
import {
  createChannel,
  deleteChannel,
  enableChannel,
  listChannels,
  listDeliveries,
  replayDelivery,
  rotateChannelSecret,
  testChannel,
  updateChannel,
  type Channel,
  type Delivery,
} from '../channel-operation.js';
import { channelSettings } from '../channel-settings.js';
import type { Answer, Command, Context, Given } from '../command.js';
import { CliFailure } from '../failure.js';
import { table } from '../text.js';

const listed = 20;

export const channels: Command = {
  usage: 'channels <list|create|update|rotate|enable|disable|delete|test|deliveries|replay> [name]',
  summary: 'who is told of alerts and events: Slack, PagerDuty, e-mail, webhooks',
  example: 'drawbridge channels create team --kind slack --secret env:SLACK_WEBHOOK_URL',
  moreExamples: [
    'drawbridge channels create on-call --kind pagerduty --secret file:/run/secrets/pagerduty',
    'drawbridge channels create mail --kind email --to a@example.com,b@example.com',
    'drawbridge channels create hook --kind webhook --url https://example.com/h --events run.finished',
    'drawbridge channels test team',
    'drawbridge channels deliveries team',
    'drawbridge channels replay DELIVERY',
  ],
  options: [
    ['--kind <kind>', 'create: webhook, slack, pagerduty or email'],
    ['--url <url>', 'of a webhook; or the Events API of PagerDuty in Europe'],
    ['--events <kinds>', 'of a webhook, with commas between them'],
    ['--secret <reference>', 'address of a Slack webhook, or routing key: env:NAME or file:/path'],
    ['--to <addresses>', 'of e-mail, with commas between them'],
  ],
  act: async ({ args: [action, name], options }, context) => {
    if (action === 'list' && name === undefined) return list(context);
    if (!name || !action || !Object.hasOwn(actions, action)) throw usage();
    return actions[action as keyof typeof actions]({ name, options, context });
  },
};

const usage = (): CliFailure =>
  new CliFailure(
    'cli.usage',
    'Write: drawbridge channels list, or drawbridge channels ACTION NAME; --help lists the actions.',
    2,
  );

interface Wanted {
  name: string;
  options: Given['options'];
  context: Context;
}

const actions = {
  create,
  update,
  rotate,
  enable: (wanted: Wanted) => setEnabled(wanted, true),
  disable: (wanted: Wanted) => setEnabled(wanted, false),
  delete: remove,
  test,
  deliveries,
  replay,
};

async function list(context: Context): Promise<Answer> {
  const { channels: found } = await context.ask()(listChannels, {});
  return { json: { channels: found }, lines: table([heading, ...found.map(cellsOf)]) };
}

const heading = ['CHANNEL', 'KIND', 'ADDRESS', 'STATE', 'EVENTS'];

const cellsOf = ({ name, kind, address, disabledAt, kinds }: Channel): string[] => [
  name,
  kind,
  address,
  disabledAt ? 'disabled' : 'enabled',
  kinds.join(', '),
];

async function create({ name, options, context }: Wanted): Promise<Answer> {
  const settings = await channelSettings(options.kind, options);
  const input = { name, ...settings };
  const { channel, secret } = (await context.ask()(createChannel, { input })).createChannel;
  return secretAnswer(channel, secret, context);
}

async function update({ name, options, context }: Wanted): Promise<Answer> {
  const ask = context.ask();
  const { id, kind } = await channelNamed(name, ask);
  const settings = await channelSettings(kind, options);
  const { channel } = (await ask(updateChannel, { input: { id, ...settings } })).updateChannel;
  return { json: channel, lines: [`${channel.name} leads to ${channel.address} from now on.`] };
}

async function rotate({ name, context }: Wanted): Promise<Answer> {
  const ask = context.ask();
  const { id } = await channelNamed(name, ask);
  const { channel, secret } = (await ask(rotateChannelSecret, { input: { id } }))
    .rotateChannelSecret;
  return secretAnswer(channel, secret, context);
}

function secretAnswer(channel: Channel, secret: string | null, context: Context): Answer {
  if (secret) context.note('Receivers check signatures with this. It is not shown again.');
  return { json: { channel, secret }, lines: [secret ?? `${channel.name} is told from now on.`] };
}

async function setEnabled({ name, context }: Wanted, enabled: boolean): Promise<Answer> {
  const ask = context.ask();
  const { id } = await channelNamed(name, ask);
  const { channel } = (await ask(enableChannel, { input: { id, enabled } })).enableChannel;
  const line = `${name} is told ${enabled ? 'again what happens' : 'nothing any more'}.`;
  return { json: channel, lines: [line] };
}

async function remove({ name, context }: Wanted): Promise<Answer> {
  const ask = context.ask();
  const { id } = await channelNamed(name, ask);
  const { channel } = (await ask(deleteChannel, { input: { id } })).deleteChannel;
  return { json: channel, lines: [`${name} is deleted, with what it was told.`] };
}

async function test({ name, context }: Wanted): Promise<Answer> {
  const ask = context.ask();
  const { id } = await channelNamed(name, ask);
  const { deliveries: sent } = (await ask(testChannel, { input: { id } })).testChannel;
  const line = `A test is on its way. See how it goes with: drawbridge channels deliveries ${name}`;
  return { json: { deliveries: sent }, lines: [line] };
}

async function deliveries({ name, context }: Wanted): Promise<Answer> {
  const ask = context.ask();
  const { id: channelId } = await channelNamed(name, ask);
  const { edges } = (await ask(listDeliveries, { filter: { channelId }, first: listed }))
    .deliveries;
  const found = edges.map(({ node }) => node);
  const columns = ['DELIVERY', 'WHAT', 'WHEN', 'STATE', 'TRIES', 'LAST'];
  return { json: { deliveries: found }, lines: table([columns, ...found.map(deliveryCells)]) };
}

const deliveryCells = ({ id, kind, createdAt, state, attempts, tries }: Delivery): string[] => [
  id,
  kind,
  createdAt,
  state,
  String(attempts),
  tries[0] ? (tries[0].problem ?? String(tries[0].status ?? 'sent')) : '',
];

/** Here the name is the delivery's id. */
async function replay({ name: id, context }: Wanted): Promise<Answer> {
  const { delivery } = (await context.ask()(replayDelivery, { input: { id } })).replayDelivery;
  return { json: delivery, lines: ['It is sent again, with all its attempts anew.'] };
}

async function channelNamed(name: string, ask: Ask): Promise<Channel> {
  const { channels: all } = await ask(listChannels, {});
  const found = all.find((channel) => channel.name === name);
  if (found) return found;
  const message = `There is no channel "${name}". See them all with: drawbridge channels list`;
  throw new CliFailure('channel.not_found', message, 2);
}
