import { isIP } from 'node:net';
import { AppError } from '../app-error.js';
import type { Config } from '../config.js';
import { AddressGuard } from '../outbound/address-guard.js';

const maxUrlLength = 2_000;

/** What is plainly wrong is said at once; where a name leads to is seen at each attempt. */
export function checkedUrl(text: string, { webhookNetworks }: Config): string {
  const url = URL.canParse(text) && text.length <= maxUrlLength ? new URL(text) : undefined;
  const isPlain = url?.protocol === 'http:' && webhookNetworks.length > 0;
  if (!url || url.username || url.password || (url.protocol !== 'https:' && !isPlain))
    throw new AppError(
      'channel.bad_url',
      'A channel has an address of at most 2,000 characters that begins with https:// and has no user or password in it.',
    );
  const host = url.hostname.replaceAll(/[[\]]/g, '');
  if (isIP(host) !== 0 && !new AddressGuard(webhookNetworks).allows(host))
    throw new AppError(
      'channel.private_address',
      'Channels reach public addresses alone. Name the network in DRAWBRIDGE_WEBHOOK_NETWORKS, or choose another address.',
    );
  url.hash = '';
  return url.href;
}
