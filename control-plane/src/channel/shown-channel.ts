import type { Transaction } from '../database/database.js';
import type { Channel } from './channel.model.js';

export type ChannelRow = Awaited<ReturnType<Transaction['channel']['findMany']>>[number];

/** Without anything that would let somebody else use it. */
export function shownChannel(row: ChannelRow): Channel {
  const { id, name, kind, kinds, createdAt, disabledAt } = row;
  return { id, name, kind, kinds, createdAt, disabledAt, address: addressOf(row) };
}

function addressOf({ kind, url, recipients }: ChannelRow): string {
  switch (kind) {
    case 'slack':
      return 'an incoming webhook';
    case 'pagerduty':
      return new URL(url ?? '').host;
    case 'email':
      return recipients.join(', ');
    default:
      return url ?? '';
  }
}
