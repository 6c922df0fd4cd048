import { isScalar } from 'yaml';
import {
  alertSeverities,
  alertVolumes,
  type AlertCondition,
  type AlertEntry,
  type AlertKind,
  type AlertRuleEntry,
  type AlertSeverity,
} from './alert.js';
import { interval } from './read-schedule.js';
import {
  flag,
  listOf,
  mapped,
  nonEmptyText,
  number,
  oneOf,
  optional,
  required,
  shape,
  type Read,
  type Reader,
} from './reader.js';
import { referenceTo } from './reference.js';
import type { At } from './yaml-file.js';

const percent = number({ minimum: 0, maximum: 1_000_000 });
const rows = number({ minimum: 0, maximum: 1_000_000_000_000, whole: true });

/** One for each kind of condition, under the name that a person writes. */
const conditions = {
  failed: optional(number({ minimum: 1, maximum: 100, whole: true }), undefined),
  rejected: optional(shape({ rows: optional(rows, 0), percent: optional(percent, 0) }), undefined),
  duration: optional(interval, undefined),
  missed: optional(flag, undefined),
  volume: optional(
    shape({
      of: optional(oneOf(alertVolumes), 'rows'),
      percent: required(percent),
      rows: optional(rows, 0),
      last: optional(number({ minimum: 3, maximum: 100, whole: true }), 10),
    }),
    undefined,
  ),
  noSuccess: optional(interval, undefined),
  agentOffline: optional(interval, undefined),
  waiting: optional(interval, undefined),
};
type ConditionName = keyof typeof conditions;
const conditionNames = Object.keys(conditions) as ConditionName[];

const rule = shape({
  ...conditions,
  severity: optional(oneOf(alertSeverities), undefined),
  syncs: optional(listOf(referenceTo('syncs')), []),
  channels: optional(listOf(nonEmptyText), []),
});
type Written = Extract<ReturnType<typeof rule>, object>['value'];

/** `off`, or a map with one condition: `{ failed: 2, syncs: [orders], severity: critical }`. */
export const alertEntry: Reader<AlertEntry> = (at) => {
  const node = at.file.resolve(at.node);
  if (!isScalar(node)) return mapped(rule, ruleOf)(at);
  if (node.value === 'off') return { value: { off: true } };
  const message = 'An alert is off, or a map such as { failed: 2 } or { noSuccess: 24h }.';
  return at.file.report(at, 'spec.bad_value', message);
};

function ruleOf(written: Written, at: At): Read<AlertRuleEntry> {
  const [name, second] = conditionNames.filter((candidate) => written[candidate] !== undefined);
  if (name === undefined || second !== undefined) {
    const message = `An alert has one condition. Write one of ${conditionNames.join(', ')}; more are more alerts.`;
    return at.file.report(at, name ? 'spec.conflict' : 'spec.missing', message);
  }
  if (written.missed === false)
    return at.file.reportInside(at, ['missed'], {
      code: 'spec.bad_value',
      message: 'Write missed: true, or turn the alert off: missed: off under "alerts".',
    });
  const { syncs, channels } = written;
  const when = conditionOf(written);
  if (when.kind === 'agent_offline' && syncs.length > 0)
    return at.file.reportInside(at, ['syncs'], {
      code: 'spec.conflict',
      message: 'An agent belongs to no sync. Leave "syncs" out here.',
    });
  const severity = written.severity ?? severities[when.kind];
  return { value: { when, severity, syncs: unique(syncs), channels: unique(channels) } };
}

/** There is one of them. */
function conditionOf(written: Written): AlertCondition {
  const { failed, rejected, duration, volume, noSuccess, agentOffline, waiting } = written;
  if (failed !== undefined) return { kind: 'failed', runs: failed };
  if (rejected) return { kind: 'rejected', ...rejected };
  if (duration) return { kind: 'duration', limit: duration };
  if (volume) return { kind: 'volume', ...volume };
  if (noSuccess) return { kind: 'no_success', within: noSuccess };
  if (agentOffline) return { kind: 'agent_offline', after: agentOffline };
  if (waiting) return { kind: 'waiting', after: waiting };
  return { kind: 'missed' };
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];

/** What an alert is when nobody says. */
export const severities: Readonly<Record<AlertKind, AlertSeverity>> = {
  failed: 'error',
  rejected: 'warning',
  duration: 'warning',
  missed: 'error',
  volume: 'warning',
  no_success: 'error',
  agent_offline: 'error',
  waiting: 'warning',
};
