// What Slack's errors mean, by who must act. Codes: https://docs.slack.dev/reference/methods/chat.postMessage and the pages
// of the other methods that are called (read 2026-11).
import { isAnswerInDoubt } from '../../connector/in-doubt.js';
import { Failure } from '../../failure.js';
import type { FailureOptions } from '../../failure.js';

interface SlackNo {
  error?: unknown;
  needed?: unknown;
  response_metadata?: { retryAfter?: number; messages?: unknown };
}

type Meaning = (options: FailureOptions) => Failure;

const auth: Meaning = (options) =>
  new Failure(
    'CONFIG',
    'destination.auth_failed',
    'Slack refuses the token. Install the app again and renew the secret.',
    options,
  );
const forbidden: Meaning = (options) =>
  new Failure(
    'CONFIG',
    'destination.forbidden',
    'The token does not allow this. Give the app the scope that it lacks, and install it again.',
    options,
  );
const limited: Meaning = (options) =>
  new Failure(
    'TRANSIENT',
    'destination.rate_limited',
    'The destination asks to try later.',
    options,
  );
const busy: Meaning = (options) =>
  new Failure('TRANSIENT', 'destination.busy', 'The destination asks to try later.', options);
const midway: Meaning = (options) =>
  new Failure(
    'TRANSIENT',
    'destination.failed_midway',
    'The destination failed while it had the request, which it may have taken.',
    options,
  );
const rejected: Meaning = (options) =>
  new Failure('REJECTED', 'destination.rejected', 'The destination refuses the record.', options);

/** Everything else is said of the message. */
const meanings: Readonly<Record<string, Meaning>> = {
  ...all(auth, [
    'not_authed',
    'invalid_auth',
    'account_inactive',
    'token_revoked',
    'token_expired',
    'two_factor_setup_required',
  ]),
  ...all(forbidden, [
    'missing_scope',
    'no_permission',
    'not_allowed_token_type',
    'access_denied',
    'accesslimited',
    'ekm_access_denied',
    'team_access_not_granted',
    'enterprise_is_restricted',
    'file_uploads_disabled',
    'file_uploads_except_images_disabled',
    'metadata_must_be_sent_from_app',
  ]),
  ...all(limited, ['ratelimited', 'rate_limited', 'message_limit_exceeded']),
  ...all(busy, [
    'service_unavailable',
    'request_timeout',
    'team_added_to_org',
    'org_login_required',
  ]),
  ...all(midway, ['internal_error', 'fatal_error']),
};

/** Said of where a message should go. */
const places = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'messages_tab_disabled',
  'posting_to_channel_denied',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'team_not_found',
]);

/** Undefined code, or none of Slack's: something between us and Slack has answered. */
export function refusalOf(no: SlackNo): Failure {
  const detail = JSON.stringify(no);
  if (typeof no.error !== 'string' || !/^[a-z0-9_]{1,64}$/.test(no.error))
    return new Failure(
      'CONFIG',
      'destination.bad_answer',
      'The answer is none of Slack’s. Check apiUrl, and what stands between the agent and Slack.',
      // No code of Slack's: it tells whose advice is meant.
      { vendorCode: 'NOT_SLACK', detail },
    );
  const meaning = meanings[no.error] ?? rejected;
  return meaning({
    vendorCode: no.error.toUpperCase(),
    detail,
    // Slack says so in whole seconds, and always with HTTP 429; else a minute is what its tiers count in.
    ...(meaning === limited && {
      retryAfterMs: (no.response_metadata?.retryAfter ?? 60) * 1000,
    }),
  });
}

export function isOfPlace({ vendorCode }: Failure): boolean {
  return places.has(vendorCode.toLowerCase());
}

/** A place that the configuration names, and no row: nothing can go there before somebody acts. */
export function noPlace({ vendorCode, detail, dialogue }: Failure): Failure {
  return new Failure(
    'CONFIG',
    'destination.object_missing',
    'The app can not post to this channel: it is not there, archived, closed, or the app is not in it.',
    { vendorCode, detail: detail ?? '', dialogue },
  );
}

/** Said of what changes nothing, so it may be asked again. */
export function unsaid(failure: Failure): Failure {
  if (!isAnswerInDoubt(failure)) return failure;
  return new Failure(
    'TRANSIENT',
    'destination.unreachable',
    'Slack did not answer. Check the network, and what stands between the agent and Slack.',
    {
      vendorCode: failure.vendorCode,
      retryAfterMs: failure.retryAfterMs,
      detail: failure.detail ?? '',
      dialogue: failure.dialogue,
    },
  );
}

function all(meaning: Meaning, codes: readonly string[]): Record<string, Meaning> {
  return Object.fromEntries(codes.map((code) => [code, meaning]));
}
