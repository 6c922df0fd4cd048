import { AppError } from '../app-error.js';
import type { ChannelKind } from './body.js';

/** How an attempt went. */
export interface Outcome {
  /** `channel.…` or `mail.…`; null when it was delivered. */
  problem: string | null;
  /** Trying again would change nothing. */
  isFinal: boolean;
  status: number | null;
  /** As the receiver said it, when it wants to be left alone for a while. */
  retryAfter?: string | undefined;
}

/**
 * What a status means. Slack answers 404 for a webhook that was revoked and 410 for an archived channel
 * (https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks), PagerDuty 202 for what it took and
 * 400 for what it never will (https://developer.pagerduty.com/docs/events-api-v2/trigger-events/); both say 429 when it is
 * too much (read 2026-11-25). Of a webhook of somebody's own only 410 is for good, as Standard Webhooks 1.0.0 says.
 */
export function outcomeOfStatus(kind: ChannelKind, status: number): Outcome {
  if (status >= 200 && status < 300) return { problem: null, isFinal: true, status };
  if (status >= 300 && status < 400)
    return { problem: 'channel.redirected', isFinal: false, status };
  if (status === 410 || (kind === 'slack' && status === 404))
    return { problem: 'channel.gone', isFinal: true, status };
  const mayPass = kind === 'webhook' || status >= 500 || [408, 425, 429].includes(status);
  return { problem: 'channel.refused', isFinal: !mayPass, status };
}

/** Mail that its server takes for no address of its own, and what was sealed under another secret. */
const forGood: readonly string[] = ['mail.refused', 'mail.bad_address', 'channel.sealed_otherwise'];

/** What the line says may hold what the other end wrote, so only its kind is kept. */
export function outcomeOfError(error: unknown): Outcome {
  const problem = problemOf(error);
  return { problem, isFinal: forGood.includes(problem), status: null };
}

function problemOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  const { name, code = '' } = error as { name?: string; code?: string };
  const { cause } = error as { cause?: { name?: string } };
  if (name === 'TimeoutError' || cause?.name === 'TimeoutError') return 'channel.timed_out';
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(code)) return 'channel.unknown_host';
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code)) return 'channel.bad_certificate';
  return 'channel.unreachable';
}
