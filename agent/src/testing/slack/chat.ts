// https://docs.slack.dev/reference/methods/chat.postMessage (read 2026-11)
import { checkBlocks } from './block-kit.js';
import { jsonArg, textArg } from './call.js';
import type { Call, Method } from './call.js';
import { Refusal } from './refusal.js';
import type { Channel, Message } from './workspace.js';

const maxCharacters = 40_000;
/** Slack publishes that there is a limit, and no number. */
const maxMetadataCharacters = 8_000;

export const postMessage: Method = {
  scopes: ['chat:write'],
  run: (call) => {
    const channel = channelTo(call);
    assertPostable(channel, call);
    const message = messageOf(call);
    call.pace(channel.id);
    const posted = call.workspace.post(channel, message);
    return { channel: channel.id, ts: posted.ts, message: shown(posted) };
  },
};

/** A user's id stands for the direct messages with them. */
function channelTo(call: Call): Channel {
  const { workspace } = call;
  const given = textArg(call, 'channel');
  const user = workspace.users.find(({ id, isDeleted }) => id === given && !isDeleted);
  return user ? workspace.imOf(user) : workspace.channelOf(given);
}

export function assertPostable(channel: Channel, { scopes }: Pick<Call, 'scopes'>): void {
  if (channel.isArchived) throw new Refusal('is_archived');
  if (!channel.isMember && !scopes.has('chat:write.public')) throw new Refusal('not_in_channel');
  if (channel.isReadOnly) throw new Refusal('restricted_action_read_only_channel');
}

function messageOf(call: Call): Omit<Message, 'ts' | 'showsAt'> {
  const text = textArg(call, 'text') ?? '';
  const blocks = jsonArg(call, 'blocks', 'invalid_blocks_format');
  const metadata = metadataOf(call);
  if (blocks !== undefined) checkBlocks(blocks);
  if (text === '' && (blocks === undefined || blocks.length === 0)) throw new Refusal('no_text');
  if (text.length > maxCharacters) throw new Refusal('msg_too_long');
  return { text, ...(blocks && { blocks }), ...(metadata && { metadata }) };
}

function metadataOf(call: Call): Message['metadata'] {
  const metadata = jsonArg(call, 'metadata', 'invalid_metadata_format');
  if (metadata === undefined) return undefined;
  const { event_type: type, event_payload: payload } = metadata as Record<string, unknown>;
  if (typeof type !== 'string' || !/^\w+$/.test(type)) throw new Refusal('invalid_metadata_format');
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    throw new Refusal('invalid_metadata_format');
  if (JSON.stringify(payload).length > maxMetadataCharacters)
    throw new Refusal('metadata_too_large');
  return { event_type: type, event_payload: payload as Record<string, unknown> };
}

/** A message as methods show it; of its metadata only the type unless all of it is asked for. */
export function shown(message: Message, withMetadata = true): Record<string, unknown> {
  const { showsAt: _, files, metadata, ...rest } = message;
  return {
    type: 'message',
    ...rest,
    bot_id: 'B00000001',
    app_id: 'A00000001',
    ...(files && {
      subtype: 'file_share',
      files: files.map(({ content, ...file }) => ({ ...file, size: content.length })),
    }),
    ...(metadata && { metadata: withMetadata ? metadata : { event_type: metadata.event_type } }),
  };
}
