import type { Operation } from './api.js';

/** What the command line asks about channels. */
export interface Channel {
  id: string;
  name: string;
  kind: string;
  address: string;
  kinds: string[];
  createdAt: string;
  disabledAt: string | null;
}

const channelFields = 'id name kind address kinds createdAt disabledAt';

export const listChannels: Operation<{ channels: Channel[] }, Record<string, never>> = {
  document: `query Channels { channels { ${channelFields} } }`,
};

export interface ChannelSettings {
  webhook?: { url: string; kinds: string[] };
  slack?: { url: string };
  pagerDuty?: { routingKey: string; url: string | null };
  email?: { to: string[] };
}

export const createChannel: Operation<
  { createChannel: { channel: Channel; secret: string | null } },
  { input: { name: string } & ChannelSettings }
> = {
  document: `mutation CreateChannel($input: CreateChannelInput!) { createChannel(input: $input) { channel { ${channelFields} } secret } }`,
};

export const updateChannel: Operation<
  { updateChannel: { channel: Channel } },
  { input: { id: string } & ChannelSettings }
> = {
  document: `mutation UpdateChannel($input: UpdateChannelInput!) { updateChannel(input: $input) { channel { ${channelFields} } } }`,
};

export const enableChannel: Operation<
  { enableChannel: { channel: Channel } },
  { input: { id: string; enabled: boolean } }
> = {
  document: `mutation EnableChannel($input: EnableChannelInput!) { enableChannel(input: $input) { channel { ${channelFields} } } }`,
};

export const deleteChannel: Operation<
  { deleteChannel: { channel: Channel } },
  { input: { id: string } }
> = {
  document: `mutation DeleteChannel($input: ChannelInput!) { deleteChannel(input: $input) { channel { ${channelFields} } } }`,
};

export const rotateChannelSecret: Operation<
  { rotateChannelSecret: { channel: Channel; secret: string | null } },
  { input: { id: string } }
> = {
  document: `mutation RotateChannelSecret($input: ChannelInput!) { rotateChannelSecret(input: $input) { channel { ${channelFields} } secret } }`,
};

export interface Delivery {
  id: string;
  kind: string;
  recipient: string | null;
  state: string;
  attempts: number;
  createdAt: string;
  nextAttemptAt: string | null;
  tries: { status: number | null; problem: string | null }[];
}

const deliveryFields =
  'id kind recipient state attempts createdAt nextAttemptAt tries { status problem }';

export const testChannel: Operation<
  { testChannel: { deliveries: Delivery[] } },
  { input: { id: string } }
> = {
  document: `mutation TestChannel($input: ChannelInput!) { testChannel(input: $input) { deliveries { ${deliveryFields} } } }`,
};

export const listDeliveries: Operation<
  { deliveries: { edges: { node: Delivery }[] } },
  { filter: { channelId: string }; first: number }
> = {
  document: `query Deliveries($filter: DeliveryFilter, $first: Int) {
    deliveries(filter: $filter, first: $first) { edges { node { ${deliveryFields} } } }
  }`,
};

export const replayDelivery: Operation<
  { replayDelivery: { delivery: Delivery } },
  { input: { id: string } }
> = {
  document: `mutation ReplayDelivery($input: ReplayDeliveryInput!) { replayDelivery(input: $input) { delivery { ${deliveryFields} } } }`,
};
