// https://docs.slack.dev/reference/methods/conversations.history, .list, .info and .open (read 2026-11)
import { assertScope, cursorArg, cursorOf, flagArg, limitArg, scopeFor, textArg } from './call.js';
import type { Call, Method } from './call.js';
import { shown } from './chat.js';
import { Refusal } from './refusal.js';
import { tsToMicros } from './workspace.js';
import type { Channel, ChannelKind, Message } from './workspace.js';

export const history: Method = {
  tier: 3,
  run: (call) => {
    const channel = call.workspace.channelOf(textArg(call, 'channel'));
    assertScope(call.scopes, [scopeFor(channel.kind, 'history')]);
    if (!channel.isMember) throw new Refusal('not_in_channel');
    const limit = limitArg(call, { most: 999, usual: 100 });
    const found = within(call, channel.messages).toReversed();
    const page = found.slice(0, limit);
    const next = found[limit];
    const all = flagArg(call, 'include_all_metadata');
    return {
      messages: page.map((message) => shown(message, all)),
      has_more: next !== undefined,
      pin_count: 0,
      ...(next && { response_metadata: { next_cursor: cursorOf('next_ts', next.ts) } }),
    };
  },
};

function within(call: Call, messages: Message[]): Message[] {
  const inclusive = flagArg(call, 'inclusive');
  const oldest = boundOf(call, 'oldest') ?? -1;
  const latest = boundOf(call, 'latest') ?? Infinity;
  const from = tsToMicros(cursorArg(call, 'next_ts') ?? '') ?? Infinity;
  const now = call.workspace.clock.now();
  return messages.filter(({ ts, showsAt }) => {
    const at = tsToMicros(ts) ?? 0;
    const isInside = inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
    return isInside && at <= from && showsAt <= now;
  });
}

function boundOf(call: Call, name: 'oldest' | 'latest'): number | undefined {
  const text = textArg(call, name);
  if (text === undefined || text === '') return undefined;
  const micros = tsToMicros(text);
  if (micros === undefined) throw new Refusal(`invalid_ts_${name}`);
  return micros;
}

const kinds: Readonly<Record<string, ChannelKind>> = {
  public_channel: 'public',
  private_channel: 'private',
  im: 'im',
};

export const list: Method = {
  tier: 2,
  run: (call) => {
    const types = (textArg(call, 'types') ?? 'public_channel').split(',');
    const wanted = types.map((type) => kinds[type.trim()]);
    if (wanted.includes(undefined)) throw new Refusal('invalid_types');
    for (const kind of wanted) assertScope(call.scopes, [scopeFor(kind!, 'read')]);
    const limit = limitArg(call, { most: 1000, usual: 100 });
    const from = Number(cursorArg(call, 'from') ?? 0);
    const all = call.workspace.channels.filter(
      (channel) =>
        wanted.includes(channel.kind) &&
        (channel.kind === 'public' || channel.isMember) &&
        !(channel.isArchived && flagArg(call, 'exclude_archived')),
    );
    const next = from + limit < all.length ? cursorOf('from', from + limit) : '';
    return {
      channels: all.slice(from, from + limit).map(described),
      response_metadata: { next_cursor: next },
    };
  },
};

export const info: Method = {
  tier: 3,
  run: (call) => {
    const channel = call.workspace.channels.find(({ id }) => id === textArg(call, 'channel'));
    if (!channel || (channel.kind === 'private' && !channel.isMember))
      throw new Refusal('channel_not_found');
    assertScope(call.scopes, [scopeFor(channel.kind, 'read')]);
    return { channel: described(channel) };
  },
};

export const open: Method = {
  tier: 3,
  scopes: ['im:write'],
  run: (call) => {
    const users = (textArg(call, 'users') ?? '').split(',').filter(Boolean);
    if (users.length !== 1)
      throw new Refusal(users.length === 0 ? 'users_list_not_supplied' : 'not_enough_users');
    const user = call.workspace.users.find(({ id }) => id === users[0]);
    if (!user) throw new Refusal('user_not_found');
    if (user.isDeleted) throw new Refusal('user_disabled');
    return { channel: { id: call.workspace.imOf(user).id } };
  },
};

function described({ id, name, kind, isArchived, isMember }: Channel): Record<string, unknown> {
  if (kind === 'im') return { id, user: name, is_im: true, is_archived: isArchived };
  return {
    id,
    name,
    name_normalized: name,
    is_channel: true,
    is_group: false,
    is_im: false,
    is_private: kind === 'private',
    is_archived: isArchived,
    is_member: isMember,
  };
}
