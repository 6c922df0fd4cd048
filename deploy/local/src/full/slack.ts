import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openVendorServer, publicArgs } from '../demo/vendor-server.js';
import type { VendorServer } from '../demo/vendor-server.js';

export interface Slack extends VendorServer<{ apiUrl: string; token: string }> {
  sync: string;
  /** As they were posted, since the start. */
  messages: Message[];
}

export interface Message {
  channel: string;
  text: string;
  blocks?: readonly { type: string; rows?: readonly (readonly { text: string }[])[] }[];
}

/** The test double of Slack, with a channel for cities; it forgets everything when it ends. */
export async function openSlack(home: string, port: number, publicUrl?: string): Promise<Slack> {
  const messages: Message[] = [];
  const token = `xoxb-${randomBytes(12).toString('hex')}`;
  const server = await openVendorServer<{ apiUrl: string; token: string }>({
    name: 'Slack',
    script: 'slack/serve.js',
    args: ['--port', String(port), '--channel', 'cities', '--token', token].concat(
      publicArgs(publicUrl),
    ),
    logFile: join(home, 'log/slack.log'),
    onLine: (line) => messages.push(JSON.parse(line) as Message),
  });
  return { ...server, sync: 'cities-to-slack', messages };
}

/** Rows of its tables; the first one of each has the names. */
export function rowsIn({ blocks = [] }: Message): string[][] {
  return blocks.flatMap(({ rows = [] }) =>
    rows.slice(1).map((cells) => cells.map(({ text }) => text)),
  );
}
