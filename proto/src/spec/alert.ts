import type { IntervalEntry } from './interval.js';

/**
 * When somebody is to be told, and who. The control plane has rules of its own for every workspace; one that is written
 * takes the place of the one of its name.
 */
export type AlertEntry = AlertRuleEntry | { off: true };

export interface AlertRuleEntry {
  when: AlertCondition;
  severity: AlertSeverity;
  /** By name; empty: all of them. For one sync, a rule that names it takes the place of those of its kind that name none. */
  syncs: readonly string[];
  /** By name; empty: all of them. */
  channels: readonly string[];
}

export const alertSeverities = ['critical', 'error', 'warning', 'info'] as const;
export type AlertSeverity = (typeof alertSeverities)[number];

/** What a deviation is looked for in: rows of the model, or what a run added, changed and removed. */
export const alertVolumes = ['rows', 'added', 'changed', 'removed'] as const;
export type AlertVolume = (typeof alertVolumes)[number];

export type AlertCondition =
  /** So many runs failed or were parked, one after another. */
  | { kind: 'failed'; runs: number }
  /** Over `rows` and over `percent` of what a run sent were rejected. */
  | { kind: 'rejected'; rows: number; percent: number }
  | { kind: 'duration'; limit: IntervalEntry }
  /** A slot of the schedule had no run in time. */
  | { kind: 'missed' }
  /** Further than `percent` and than `rows` from the median of the `last` runs. */
  | { kind: 'volume'; of: AlertVolume; percent: number; rows: number; last: number }
  | { kind: 'no_success'; within: IntervalEntry }
  | { kind: 'agent_offline'; after: IntervalEntry }
  /** A plan that needs a person's word. */
  | { kind: 'waiting'; after: IntervalEntry };

export type AlertKind = AlertCondition['kind'];
