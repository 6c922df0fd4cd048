// https://docs.slack.dev/reference/methods/files.getUploadURLExternal and files.completeUploadExternal (read 2026-11)
import { jsonArg, textArg } from './call.js';
import type { Method } from './call.js';
import { assertPostable } from './chat.js';
import { Refusal } from './refusal.js';
import type { SharedFile, Workspace } from './workspace.js';

export const getUploadUrl: Method = {
  tier: 4,
  scopes: ['files:write'],
  run: (call) => {
    const name = textArg(call, 'filename');
    const length = Number(textArg(call, 'length') ?? 0);
    if (!name || !Number.isInteger(length) || length < 1) throw new Refusal('missing_argument');
    const id = call.workspace.nextId('F');
    call.workspace.uploads.set(id, { name, length });
    return { upload_url: `${call.uploadUrl}${id}`, file_id: id };
  },
};

/** The bytes of a file; undefined where that is no upload, or not as long as was said. */
export function upload(workspace: Workspace, id: string, content: Buffer): string | undefined {
  const waiting = workspace.uploads.get(id);
  if (!waiting || waiting.content || waiting.length !== content.length) return undefined;
  workspace.uploads.set(id, { ...waiting, content });
  return `OK - ${content.length}`;
}

export const completeUpload: Method = {
  tier: 4,
  scopes: ['files:write'],
  run: (call) => {
    const { workspace } = call;
    const given = jsonArg(call, 'files', 'invalid_arguments');
    if (!Array.isArray(given) || given.length === 0) throw new Refusal('invalid_arguments');
    const files = (given as { id: string; title?: string }[]).map(({ id, title }): SharedFile => {
      const found = workspace.uploads.get(id);
      if (!found?.content) throw new Refusal('file_not_found');
      return { id, name: found.name, title: title ?? found.name, content: found.content };
    });
    const channelId = textArg(call, 'channel_id');
    if (channelId !== undefined) {
      const channel = workspace.channels.find(({ id }) => id === channelId);
      if (!channel || (channel.kind === 'private' && !channel.isMember))
        throw new Refusal('channel_not_found');
      assertPostable(channel, call);
      const text = textArg(call, 'initial_comment') ?? '';
      workspace.post(channel, { text, files });
    }
    for (const { id } of files) workspace.uploads.delete(id);
    return { files: files.map(({ id, title }) => ({ id, title })) };
  },
};
