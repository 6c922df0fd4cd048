import type { LastCheck } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import type { SlackApi } from './api.js';
import type { Letter } from './letter.js';
import { eventType, fileNameOf } from './names.js';
import type { Names } from './names.js';

export interface Post {
  channel: string;
  names: Names;
  letter: Letter;
}

/** Posts messages, and files with a message, each carrying the names of its rows. */
export class Posting {
  constructor(
    private readonly api: SlackApi,
    private readonly how: { lastCheck: LastCheck; unfurl: boolean },
  ) {}

  async post(post: Post, signal: AbortSignal): Promise<void> {
    const { file } = post.letter;
    if (file) await this.share(post, file, signal);
    else await this.say(post, signal);
  }

  private async say({ channel, names, letter }: Post, signal: AbortSignal): Promise<void> {
    const { lastCheck, unfurl } = this.how;
    await this.api.tell(
      'chat.postMessage',
      {
        channel,
        text: letter.text,
        ...(letter.blocks && { blocks: letter.blocks }),
        metadata: { event_type: eventType, event_payload: names },
        parse: 'none',
        unfurl_links: unfurl,
        unfurl_media: unfurl,
      },
      { signal, lastCheck },
    );
  }

  /** Until the last of three steps nobody sees anything of it. */
  private async share(
    { channel, names, letter }: Post,
    { content, title }: NonNullable<Letter['file']>,
    signal: AbortSignal,
  ): Promise<void> {
    const { lastCheck } = this.how;
    const bytes = Buffer.from(content);
    const { upload_url: url, file_id: id } = await this.api.ask(
      'files.getUploadURLExternal',
      { filename: fileNameOf(names), length: bytes.length },
      signal,
    );
    await this.api.upload(uploadUrl(String(url), this.api.where.apiUrl), bytes, signal);
    await this.api.tell(
      'files.completeUploadExternal',
      { files: [{ id, title }], channel_id: channel, initial_comment: letter.text },
      { signal, lastCheck },
    );
  }
}

/** Rows go to Slack and nowhere else: where Slack's own answer sends them must be a host of its own. */
function uploadUrl(url: string, apiUrl: string): string {
  const to = URL.parse(url);
  const api = new URL(apiUrl);
  const isSlacks =
    to?.protocol === api.protocol &&
    (to.host === api.host || to.hostname.endsWith(`.${api.hostname}`));
  if (isSlacks) return url;
  throw new Failure(
    'CONFIG',
    'destination.upload_elsewhere',
    'Slack names an address for the file that is not below apiUrl’s host. Nothing was sent there.',
    { detail: url },
  );
}
