import type { Notice } from './notice.js';

/** Of an account in the service region of the US; the European one has https://events.eu.pagerduty.com/v2/enqueue. */
export const pagerDutyUrl = 'https://events.pagerduty.com/v2/enqueue';

/** What a routing key looks like: the integration key of the Events API v2. */
export const isRoutingKey = (text: string): boolean => /^[0-9A-Za-z]{32}$/.test(text);

const longestSummary = 1_024;

/**
 * An event of PagerDuty's Events API v2, without its routing key, which is added as it is sent
 * (https://developer.pagerduty.com/docs/events-api-v2/trigger-events/, read 2026-11-25). An alert's id is the key by which
 * its end finds its incident.
 */
export function pagerDutyEventOf(notice: Notice): object {
  const { kind, topicId, severity, title, text, workspace, rule, subject, link, at } = notice;
  if (kind === 'resolved') return { event_action: 'resolve', dedup_key: topicId };
  return {
    event_action: 'trigger',
    dedup_key: topicId,
    client: 'Drawbridge',
    client_url: link,
    links: [{ href: link, text: 'Look at it' }],
    payload: {
      summary: title.slice(0, longestSummary),
      source: `drawbridge/${workspace}`,
      severity,
      timestamp: at.toISOString(),
      ...(subject && { component: subject }),
      ...(rule && { class: rule }),
      custom_details: { text },
    },
  };
}

export const withRoutingKey = (event: string, key: string): string =>
  JSON.stringify({ routing_key: key, ...(JSON.parse(event) as object) });
