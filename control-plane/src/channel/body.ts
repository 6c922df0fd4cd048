import type { StoredEvent } from '../event/event.js';
import { mailTextOf } from './mail-text.js';
import type { Names } from './names-row.js';
import type { Notice } from './notice.js';
import { pagerDutyEventOf } from './pagerduty-event.js';
import { slackMessageOf } from './slack-message.js';

export const channelKinds = ['webhook', 'slack', 'pagerduty', 'email'] as const;
export type ChannelKind = (typeof channelKinds)[number];

interface Told {
  event: StoredEvent;
  notice: Notice | undefined;
  names: Names;
}

/**
 * What a channel is sent, written once and sent as it stands however often: a signature is over these bytes. Undefined of
 * what people are not told.
 */
export function bodyOf(kind: ChannelKind, { event, notice, names }: Told): string | undefined {
  if (kind === 'webhook') return webhookBodyOf(event, names);
  return notice && noticeBodyOf(kind, notice);
}

export function noticeBodyOf(kind: Exclude<ChannelKind, 'webhook'>, notice: Notice): string {
  switch (kind) {
    case 'slack':
      return JSON.stringify(slackMessageOf(notice));
    case 'pagerduty':
      return JSON.stringify(pagerDutyEventOf(notice));
    case 'email':
      return JSON.stringify(mailTextOf(notice));
  }
}

function webhookBodyOf(event: StoredEvent, names: Names): string {
  const { kind, createdAt, workspaceId, syncId, runId, agentId, poolId, detail } = event;
  const about = {
    workspaceId,
    syncId,
    sync: names.of(syncId),
    runId,
    agentId,
    poolId,
    rule: names.ruleOf(event),
  };
  const known = Object.entries(about).filter(([, value]) => value !== null && value !== undefined);
  const data = { ...Object.fromEntries(known), ...detail };
  return JSON.stringify({ type: kind, timestamp: createdAt.toISOString(), data });
}
