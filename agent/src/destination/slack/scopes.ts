import { Failure } from '../../failure.js';
import type { SlackApi } from './api.js';

/** What each scope is needed for; https://docs.slack.dev/reference/scopes (read 2026-11). */
export const purposes = {
  'chat:write': 'to post messages at all',
  'files:write': 'to share CSV files (shape: file)',
  'users:read.email': 'to find people by their e-mail (direct-message)',
  'im:write': 'to open direct messages (direct-message)',
  'channels:read': 'to find and list public channels by name',
  'groups:read': 'to find and list private channels by name',
  'channels:history': 'to look up in public channels whether a message arrived',
  'groups:history': 'to look up in private channels whether a message arrived',
  'im:history': 'to look up in direct messages whether a message arrived',
} as const;

export type Scope = keyof typeof purposes;

/** The token's scopes, once it is sure that it is valid and of the right workspace. */
export async function signIn(
  api: SlackApi,
  team: string | undefined,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const told = await api.ask('auth.test', {}, signal);
  if (team !== undefined && told['team_id'] !== team)
    throw new Failure(
      'CONFIG',
      'destination.other_team',
      'The token is of another workspace than `team` says. Renew the secret, or write the other workspace’s id.',
      { detail: `${String(told['team_id'])} is not ${team}` },
    );
  // Slack says in a header; where a gateway drops it, the methods themselves refuse what is not allowed.
  return new Set(told.response_metadata?.scopes ?? Object.keys(purposes));
}

/** What the detail says of each scope that is missing: those that are needed now, and what else would need one. */
export function assertScopes(scopes: ReadonlySet<string>, needed: readonly Scope[]): void {
  const first = needed.find((scope) => !scopes.has(scope));
  if (first === undefined) return;
  const lines = Object.entries(purposes)
    .filter(([scope]) => !scopes.has(scope))
    .map(([scope, purpose]) => {
      const isNeeded = needed.includes(scope as Scope);
      return `${scope}: ${purpose}${isNeeded ? ' (needed)' : ''}`;
    });
  throw new Failure(
    'CONFIG',
    'destination.scope_missing',
    'The app lacks a scope. Add it to the app, install the app again, and renew the token.',
    { vendorCode: codeOf(first), detail: lines.join('\n') },
  );
}

export function canRecall(scopes: ReadonlySet<string>, isDirect: boolean): boolean {
  if (isDirect) return scopes.has('im:history');
  return scopes.has('channels:history') || scopes.has('groups:history');
}

/** A scope's name as a code: advice is found by it. */
export function codeOf(scope: string): string {
  return scope.toUpperCase().replaceAll(/[^A-Z]/g, '_');
}
