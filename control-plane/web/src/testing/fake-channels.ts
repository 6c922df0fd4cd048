import { randomUUID } from 'node:crypto';
import { pageOf, type Page } from './page-of.js';
import { minutesAgo } from './sample.js';

export interface FakeTry {
  number: number;
  at: string;
  durationMs: number;
  status: number | null;
  problem: string | null;
}

export interface FakeDelivery {
  id: string;
  channelId: string;
  kind: string;
  recipient: string | null;
  body: string;
  state: string;
  attempts: number;
  nextAttemptAt: string | null;
  createdAt: string;
  settledAt: string | null;
  tries: FakeTry[];
}

export interface FakeChannel {
  id: string;
  name: string;
  kind: string;
  address: string;
  kinds: string[];
  createdAt: string;
  disabledAt: string | null;
}

export interface FakeChannels {
  all: FakeChannel[];
  /** Newest first. */
  deliveries: FakeDelivery[];
}

const forPeople = ['alert.raised', 'alert.resolved'];
const attempt = (number: number, minutes: number, part: Partial<FakeTry>): FakeTry => ({
  number,
  at: minutesAgo(minutes),
  durationMs: 184,
  status: 204,
  problem: null,
  ...part,
});

export const sampleChannels = (): FakeChannels => ({
  all: [
    channel('c1', 'data-team', 'slack', 'an incoming webhook'),
    {
      ...channel(
        'c2',
        'events-of-runs-for-the-orchestrator-of-the-data-platform',
        'webhook',
        'https://hooks.example.com/drawbridge/a-long-path/that-has-to-break-somewhere/runs',
      ),
      kinds: ['run.finished', 'run.parked', 'audit.recorded'],
    },
    {
      ...channel('c3', 'on-call', 'pagerduty', 'events.eu.pagerduty.com'),
      disabledAt: minutesAgo(90),
    },
    channel('c4', 'owners', 'email', 'ada@example.com, grace@example.com'),
  ],
  deliveries: [
    delivery('e1', 'c2', { kind: 'run.finished', attempts: 1, tries: [attempt(1, 3, {})] }),
    delivery('e2', 'c2', {
      kind: 'run.parked',
      state: 'waiting',
      attempts: 2,
      nextAttemptAt: minutesAgo(-6),
      tries: [
        attempt(2, 1, { status: 503, problem: 'channel.refused' }),
        attempt(1, 8, { status: null, problem: 'channel.timed_out', durationMs: 10_000 }),
      ],
    }),
    delivery('e3', 'c2', {
      kind: 'audit.recorded',
      state: 'dead',
      attempts: 10,
      tries: [attempt(10, 700, { status: null, problem: 'channel.unknown_host' })],
    }),
    delivery('e4', 'c1', { kind: 'alert.raised', attempts: 1, tries: [attempt(1, 30, {})] }),
  ],
});

function channel(id: string, name: string, kind: string, address: string): FakeChannel {
  return {
    id,
    name,
    kind,
    address,
    kinds: forPeople,
    createdAt: minutesAgo(9_000),
    disabledAt: null,
  };
}

function delivery(id: string, channelId: string, part: Partial<FakeDelivery>): FakeDelivery {
  return {
    id,
    channelId,
    kind: 'channel.test',
    recipient: null,
    body: JSON.stringify({ type: part.kind ?? 'channel.test', data: { workspaceId: '7f3c' } }),
    state: 'delivered',
    attempts: 0,
    nextAttemptAt: null,
    createdAt: minutesAgo(3),
    settledAt: null,
    tries: [],
    ...part,
  };
}

type Input<T> = { input: T };
type Id = Input<{ id: string }>;

export interface Settings {
  name?: string;
  webhook?: { url: string; kinds: string[] };
  slack?: object;
  pagerDuty?: object;
  email?: { to: string[] };
}

const secret = `whsec_${'Zm9vYmFy'.repeat(5)}`;

export function channelRoot({ all, deliveries }: FakeChannels) {
  const find = (id: string) => all.find((one) => one.id === id);
  const ofChannel = (id: string) => deliveries.filter(({ channelId }) => channelId === id);
  const shown = (one: FakeChannel) => ({
    ...one,
    lastDelivery: ofChannel(one.id)[0] ?? null,
    deadDeliveries: ofChannel(one.id).filter(({ state }) => state === 'dead').length,
  });
  return {
    channels: () => all.map(shown),
    deliveries: ({
      filter,
      ...page
    }: Page & { filter: { channelId: string; state: string | null } }) =>
      pageOf(
        ofChannel(filter.channelId).filter(
          ({ state }) => filter.state === null || state === filter.state,
        ),
        page,
      ),
    createChannel: ({ input }: Input<Settings>) => {
      const { name = '', webhook, email } = input;
      const kind = webhook ? 'webhook' : email ? 'email' : input.slack ? 'slack' : 'pagerduty';
      const address = webhook?.url ?? email?.to.join(', ') ?? 'kept';
      const made = channel(randomUUID(), name, kind, address);
      all.push({ ...made, kinds: webhook?.kinds ?? forPeople });
      return { channel: shown(made), secret: webhook ? secret : null };
    },
    updateChannel: ({ input }: Input<Settings & { id: string }>) => {
      const found = find(input.id);
      if (found && input.name) found.name = input.name;
      if (found && input.webhook) found.address = input.webhook.url;
      return { channel: found && shown(found) };
    },
    enableChannel: ({ input }: Input<{ id: string; enabled: boolean }>) => {
      const found = find(input.id);
      if (found) found.disabledAt = input.enabled ? null : minutesAgo(0);
      return { channel: found && shown(found) };
    },
    rotateChannelSecret: ({ input }: Id) => ({ channel: find(input.id), secret }),
    deleteChannel: ({ input }: Id) => ({
      channel: all.splice(
        all.findIndex(({ id }) => id === input.id),
        1,
      )[0],
    }),
    testChannel: ({ input }: Id) => {
      const made = delivery(randomUUID(), input.id, { state: 'waiting', createdAt: minutesAgo(0) });
      deliveries.unshift(made);
      return { deliveries: [made] };
    },
    replayDelivery: ({ input }: Id) => {
      const found = deliveries.find(({ id }) => id === input.id);
      if (found) Object.assign(found, { state: 'waiting', nextAttemptAt: minutesAgo(0) });
      return { delivery: found };
    },
  };
}
