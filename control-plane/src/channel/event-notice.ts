import { alertTextOf, spanOf } from '../event/alert-text.js';
import type { AlertWhy } from '../event/alert-why.js';
import type { StoredEvent } from '../event/event.js';
import type { Names } from './names-row.js';
import type { Notice } from './notice.js';

/** What people are told of an event; undefined of what is no alert. */
export function noticeOf(event: StoredEvent, names: Names, publicUrl: string): Notice | undefined {
  if (event.kind !== 'alert.raised' && event.kind !== 'alert.resolved') return undefined;
  const { workspaceId, syncId, agentId, poolId, runId, createdAt: at } = event;
  const sync = names.of(syncId);
  const why =
    event.kind === 'alert.raised' ? event.detail.why : (names.whyOf(event) as AlertWhy | undefined);
  // Its workspace forgot it meanwhile.
  if (!why) return undefined;
  const { title, text } = alertTextOf(why, { sync, agentId, pool: names.of(poolId) });
  return {
    kind: event.kind === 'alert.raised' ? 'raised' : 'resolved',
    topicId: event.detail.alertId,
    severity: event.detail.severity,
    title,
    text: event.kind === 'alert.raised' ? raisedText(text, event.detail) : endTextOf(event.detail),
    workspace: names.of(workspaceId) ?? workspaceId,
    rule: names.ruleOf(event) ?? null,
    subject: sync ?? agentId ?? null,
    link: publicUrl + pathOf(runId, sync),
    at,
  };
}

function raisedText(
  text: string,
  { again, flapping }: { again: boolean; flapping: boolean },
): string {
  const still = again ? 'It still holds. ' : '';
  const turns = flapping
    ? ' It comes and goes: its end is told when it has kept quiet for half an hour.'
    : '';
  return `${still}${text}${turns}`;
}

const endTextOf = ({ resolution, openMs }: { resolution: string; openMs: number }): string =>
  resolution === 'recovered'
    ? `It is over after ${spanOf(openMs)}.`
    : `Its rule, its sync or its agent is not there any more. It was open for ${spanOf(openMs)}.`;

function pathOf(runId: string | null | undefined, sync: string | undefined): string {
  if (runId) return `/runs/${runId}`;
  return sync ? `/syncs/${encodeURIComponent(sync)}` : '/agents';
}
