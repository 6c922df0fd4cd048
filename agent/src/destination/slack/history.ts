import type { Answer, SlackApi } from './api.js';
import { eventType, KnownNames, namesInFile } from './names.js';
import type { Names } from './names.js';

interface PostedMessage {
  ts: string;
  metadata?: { event_type?: string; event_payload?: Record<string, unknown> };
  files?: readonly { name?: string }[];
}

const pageSize = 200;
/** 5,000 messages: what was posted before them is out of sight. */
const mostPages = 25;
/** How far Slack's clock and ours may be apart, in seconds. */
const skew = 600;
/** Read again each time, in seconds: messages need not show in the order in which they were posted. */
const overlap = 120;

/** What was posted in a channel since a time, by the names of rows. */
export class History {
  private readonly names = new KnownNames();
  private oldest: number;
  /** Everything that was posted since then was read. */
  isWhole = true;
  /** It has to be read before it says that something is not there. */
  isOutdated = true;

  constructor(
    private readonly api: SlackApi,
    private readonly channel: string,
    readonly since: Date,
  ) {
    this.oldest = Math.floor(since.getTime() / 1000) - skew;
  }

  has(name: string): boolean {
    return this.names.has(name);
  }

  /** Reads, newest first, what was posted since the last time, or since the time that it begins at. */
  async read(signal: AbortSignal): Promise<void> {
    let newest = 0;
    let cursor = '';
    for (let pages = 0; pages < mostPages; pages += 1) {
      const page = await this.page(cursor, signal);
      for (const message of page['messages'] as readonly PostedMessage[]) {
        for (const names of namesIn(message)) this.names.add(names);
        newest = Math.max(newest, Math.floor(Number(message.ts)));
      }
      cursor = page.response_metadata?.next_cursor ?? '';
      if (cursor === '') break;
    }
    this.isWhole &&= cursor === '';
    this.oldest = Math.max(this.oldest, newest - overlap);
    this.isOutdated = false;
  }

  private page(cursor: string, signal: AbortSignal): Promise<Answer> {
    return this.api.ask(
      'conversations.history',
      {
        channel: this.channel,
        limit: pageSize,
        include_all_metadata: true,
        // Slack takes no time before its own.
        ...(this.oldest > 0 && { oldest: String(this.oldest) }),
        ...(cursor && { cursor }),
      },
      signal,
    );
  }
}

function namesIn({ metadata, files }: PostedMessage): Names[] {
  const found = (files ?? []).flatMap(({ name }) => namesInFile(name ?? '') ?? []);
  const { stem, rows } = metadata?.event_payload ?? {};
  if (metadata?.event_type === eventType && typeof stem === 'string' && typeof rows === 'string')
    found.push({ stem, rows });
  return found;
}
