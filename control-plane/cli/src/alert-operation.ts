import type { Operation } from './api.js';

/** What the command line asks about alerts. */
export interface Alert {
  id: string;
  rule: string;
  kind: string;
  severity: string;
  state: string;
  title: string;
  text: string;
  sync: string | null;
  agent: string | null;
  run: string | null;
  times: number;
  flapping: boolean;
  raisedAt: string;
  resolvedAt: string | null;
  resolution: string | null;
  snoozedUntil: string | null;
  muted: boolean;
}

const alertFields = `id rule kind severity state title text sync agent run times flapping raisedAt resolvedAt resolution
  snoozedUntil muted`;

export const listAlerts: Operation<
  { alerts: { edges: { node: Alert }[]; pageInfo: { hasNextPage: boolean } } },
  { filter: { state?: string; sync?: string }; first: number }
> = {
  document: `query Alerts($filter: AlertFilter, $first: Int) {
    alerts(filter: $filter, first: $first) { edges { node { ${alertFields} } } pageInfo { hasNextPage } }
  }`,
};

export interface AlertRule {
  name: string;
  kind: string;
  severity: string;
  text: string;
  syncs: string[];
  channels: string[];
  builtIn: boolean;
}

export const listAlertRules: Operation<{ alertRules: AlertRule[] }, Record<string, never>> = {
  document: 'query AlertRules { alertRules { name kind severity text syncs channels builtIn } }',
};

export const muteAlert: Operation<{ muteAlert: { alert: Alert } }, { input: { id: string } }> = {
  document: `mutation MuteAlert($input: AlertInput!) { muteAlert(input: $input) { alert { ${alertFields} } } }`,
};

export const unmuteAlert: Operation<{ unmuteAlert: { alert: Alert } }, { input: { id: string } }> =
  {
    document: `mutation UnmuteAlert($input: AlertInput!) { unmuteAlert(input: $input) { alert { ${alertFields} } } }`,
  };

export const snoozeAlert: Operation<
  { snoozeAlert: { alert: Alert } },
  { input: { id: string; until: string | null } }
> = {
  document: `mutation SnoozeAlert($input: SnoozeAlertInput!) { snoozeAlert(input: $input) { alert { ${alertFields} } } }`,
};
