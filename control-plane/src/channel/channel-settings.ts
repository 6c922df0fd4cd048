import { AppError } from '../app-error.js';
import type { Config } from '../config.js';
import { eventKinds } from '../event/event.js';
import { checkedUrl } from './channel-url.js';
import type { ChannelKind } from './body.js';
import type { ChannelSettingsInput } from './channel.model.js';
import { isRoutingKey, pagerDutyUrl } from './pagerduty-event.js';

/** What a channel is made of, as it is kept; `secret` is to be sealed. */
export interface ChannelSettings {
  kind: ChannelKind;
  url?: string | null;
  secret?: string;
  recipients?: string[];
  kinds?: string[];
}

const forPeople = ['alert.raised', 'alert.resolved'];
const mostRecipients = 20;

/** Throws AppError `channel.…` of what is wrong. */
export function settingsOf(
  { webhook, slack, pagerDuty, email }: ChannelSettingsInput,
  config: Config,
): ChannelSettings {
  const given = [webhook, slack, pagerDuty, email].filter(
    (one) => one !== null && one !== undefined,
  );
  if (given.length !== 1)
    throw new AppError(
      'channel.one_kind',
      'Say what kind of channel it is: one of webhook, slack, pagerDuty and email.',
    );
  if (webhook)
    return {
      kind: 'webhook',
      url: checkedUrl(webhook.url, config),
      kinds: checkedKinds(webhook.kinds),
    };
  if (slack)
    return { kind: 'slack', url: null, secret: checkedUrl(slack.url, config), kinds: forPeople };
  if (pagerDuty)
    return {
      kind: 'pagerduty',
      url: checkedUrl(pagerDuty.url ?? pagerDutyUrl, config),
      secret: checkedRoutingKey(pagerDuty.routingKey),
      kinds: forPeople,
    };
  return {
    kind: 'email',
    url: null,
    recipients: checkedRecipients(email?.to ?? []),
    kinds: forPeople,
  };
}

export function checkedName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return name;
  throw new AppError(
    'channel.bad_name',
    'Give the channel a name of letters, digits, ".", "_" and "-", at most 100: alerts call it by that.',
  );
}

function checkedKinds(kinds: readonly string[]): string[] {
  const unknown = kinds.find((kind) => !eventKinds.some((known) => known === kind));
  if (unknown === undefined && kinds.length > 0) return [...new Set(kinds)];
  throw new AppError('channel.bad_kinds', `Choose one or more of ${eventKinds.join(', ')}.`);
}

function checkedRoutingKey(key: string): string {
  if (isRoutingKey(key)) return key;
  throw new AppError(
    'channel.bad_routing_key',
    'A routing key is the integration key of an Events API v2 integration of a PagerDuty service: 32 letters and digits.',
  );
}

function checkedRecipients(to: readonly string[]): string[] {
  const addresses = [...new Set(to.map((address) => address.trim()))];
  const areGood = addresses.every((address) =>
    /^[^\s@<>,;:"]{1,64}@[^\s@<>,;:"]{1,190}$/.test(address),
  );
  if (areGood && addresses.length > 0 && addresses.length <= mostRecipients) return addresses;
  throw new AppError(
    'channel.bad_recipients',
    `Name 1 to ${mostRecipients} e-mail addresses, such as on-call@example.com.`,
  );
}
