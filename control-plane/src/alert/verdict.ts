import type { AlertCondition, AlertVolume } from '@drawbridge/proto';
import type { AlertWhy } from '../event/alert-why.js';
import type { EventDetails, StoredEvent } from '../event/event.js';

/** What an event says of a condition: that it holds, and why, or that it does not hold any more. Undefined: neither. */
export type Verdict = { holds: AlertWhy } | { holds: false } | undefined;

/** What is known of a run's past beside its event. */
export interface Past {
  /** How many runs of its sync failed or were parked one after another, up to this one. */
  failuresInARow: number;
  /** The median of what the runs before it counted; undefined when there are too few to call anything usual. */
  usual: number | undefined;
}

/** `waiting` and `agent_offline` are a matter of time alone, so no event says anything of them. */
export function verdictOf(when: AlertCondition, event: StoredEvent, past: Past): Verdict {
  switch (event.kind) {
    case 'run.missed':
      return when.kind === 'missed' ? { holds: { kind: 'missed', ...event.detail } } : undefined;
    case 'run.started':
      return when.kind === 'missed' ? { holds: false } : undefined;
    case 'run.parked':
      return ofFailure(when, { state: 'parked', code: null }, past);
    case 'run.finished':
      return ofEnd(when, event.detail, past);
    default:
      return undefined;
  }
}

type End = EventDetails['run.finished'];

/** A run that a person cancelled says nothing. */
function ofEnd(when: AlertCondition, end: End, past: Past): Verdict {
  if (end.state === 'failed') return ofFailure(when, { state: 'failed', code: end.code }, past);
  if (end.state !== 'succeeded' && end.state !== 'completed_with_errors') return undefined;
  switch (when.kind) {
    case 'failed':
    case 'no_success':
      return { holds: false };
    case 'rejected':
      return ofRejected(when, end);
    case 'duration':
      return ofDuration(when.limit.ms, end);
    case 'volume':
      return ofVolume(when, end, past.usual);
    default:
      return undefined;
  }
}

function ofFailure(
  when: AlertCondition,
  { state, code }: { state: 'failed' | 'parked'; code: string | null },
  { failuresInARow: runs }: Past,
): Verdict {
  if (when.kind !== 'failed' || runs < when.runs) return undefined;
  return { holds: { kind: 'failed', state, code, runs } };
}

/** Over both, as a guard of the plan. A run that tried nothing has rejected nothing. */
function ofRejected(when: { rows: number; percent: number }, { counts }: End): Verdict {
  const { sent = 0, rejected = 0 } = counts ?? {};
  const percent = rejected === 0 ? 0 : (100 * rejected) / (sent + rejected);
  if (rejected <= when.rows || percent <= when.percent) return { holds: false };
  return { holds: { kind: 'rejected', rejected, percent: Math.round(percent * 10) / 10 } };
}

function ofDuration(limitMs: number, { durationMs }: End): Verdict {
  if (durationMs === null || durationMs <= limitMs) return { holds: false };
  return { holds: { kind: 'duration', durationMs, limitMs, isLive: false } };
}

type Volume = Extract<AlertCondition, { kind: 'volume' }>;

function ofVolume(
  { of, percent, rows }: Volume,
  { counts }: End,
  usual: number | undefined,
): Verdict {
  const count = counts?.[countNameOf[of]];
  if (count === undefined || usual === undefined) return undefined;
  const off = Math.abs(count - usual);
  if (off <= rows || off <= (usual * percent) / 100) return { holds: false };
  return { holds: { kind: 'volume', of, count, usual } };
}

export const countNameOf: Readonly<Record<AlertVolume, string>> = {
  rows: 'queried',
  added: 'added',
  changed: 'changed',
  removed: 'removed',
};
