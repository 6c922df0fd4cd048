/** What a person has written down of a channel so far. */
export interface ChannelDraft {
  name: string;
  kind: string;
  /** Of a webhook or of Slack. */
  url: string;
  routingKey: string;
  isInEurope: boolean;
  /** Addresses with commas, spaces or lines between. */
  to: string;
  kinds: string[];
}

export const emptyDraft: ChannelDraft = {
  name: '',
  kind: 'slack',
  url: '',
  routingKey: '',
  isInEurope: false,
  to: '',
  kinds: ['alert.raised', 'alert.resolved'],
};

interface Known {
  name: string;
  kind: string;
  address: string;
  kinds: string[];
}

/** Secrets are never shown: they are written again, or stay. */
export const draftOf = ({ name, kind, address, kinds }: Known): ChannelDraft => ({
  ...emptyDraft,
  name,
  kind,
  url: kind === 'webhook' ? address : '',
  isInEurope: kind === 'pagerduty' && address.includes('.eu.'),
  to: kind === 'email' ? address : '',
  kinds,
});

const europeUrl = 'https://events.eu.pagerduty.com/v2/enqueue';

/** The settings as the API takes them, each kind its own; none where a secret was left empty, which leaves it as it is. */
export function settingsOf(draft: ChannelDraft) {
  const { kind, url, routingKey, isInEurope, to, kinds } = draft;
  switch (kind) {
    case 'slack':
      return url === '' ? {} : { slack: { url } };
    case 'pagerduty':
      return routingKey === ''
        ? {}
        : { pagerDuty: { routingKey, url: isInEurope ? europeUrl : null } };
    case 'email':
      return { email: { to: to.split(/[\s,;]+/).filter(Boolean) } };
    default:
      return { webhook: { url, kinds } };
  }
}
