import type { SlackApi } from './api.js';
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
/** Read again each time, in seconds: what was posted need not be seen at once, nor in order. */
const overlap = 120;

/** What was posted in a channel of late, by the names of rows; read backwards from now. */
export class History {
  private readonly names = new KnownNames();
  /** The newest message that was read. */
  private newest: string | undefined;
  /** Nothing was posted before what was read, or what was is known from an earlier reading. */
  isWhole = true;

  constructor(
    private readonly api: SlackApi,
    private readonly channel: string,
  ) {}

  has(name: string): boolean {
    return this.names.has(name);
  }

  /** Reads what was posted since the last time, or as far back as it reaches. */
  async read(signal: AbortSignal): Promise<void> {
    const oldest =
      this.newest === undefined
        ? {}
        : { oldest: String(Math.floor(Number(this.newest)) - overlap) };
    let cursor = '';
    let newest = this.newest;
    for (let pages = 0; pages < mostPages; pages += 1) {
      const page = await this.api.ask(
        'conversations.history',
        {
          channel: this.channel,
          limit: pageSize,
          include_all_metadata: true,
          ...oldest,
          ...(cursor && { cursor }),
        },
        signal,
      );
      const messages = page['messages'] as readonly PostedMessage[];
      for (const message of messages) {
        for (const names of namesIn(message)) this.names.add(names);
        if (newest === undefined || Number(message.ts) > Number(newest)) newest = message.ts;
      }
      cursor = page.response_metadata?.next_cursor ?? '';
      if (cursor === '') {
        this.newest = newest;
        return;
      }
    }
    this.newest = newest;
    this.isWhole = false;
  }
}

function namesIn({ metadata, files }: PostedMessage): Names[] {
  const found = (files ?? []).flatMap(({ name }) => namesInFile(name ?? '') ?? []);
  const { stem, rows } = metadata?.event_payload ?? {};
  if (metadata?.event_type === eventType && typeof stem === 'string' && typeof rows === 'string')
    found.push({ stem, rows });
  return found;
}
