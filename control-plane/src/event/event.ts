import type { AlertKind, AlertSeverity } from '@drawbridge/proto';
import type { AlertWhy } from './alert-why.js';

/** What a kind of event says beside what it is about: enums, counts, times and ids. Never text that somebody wrote. */
export interface EventDetails {
  'run.queued': { trigger: string };
  'run.started': Record<never, never>;
  /** `durationMs` counts from the moment that an agent began; null when none did. `code` says why it failed. */
  'run.finished': EndDetail & { durationMs: number | null };
  /** Its plan needs a person's word. */
  'run.waiting': EndDetail;
  /** Its agents fell silent too often; a person can release it. */
  'run.parked': Record<never, never>;
  /** `slots` of the schedule, the oldest of which is `slot`, had no run in time. */
  'run.missed': { slot: string; slots: number; reason: string };
  'agent.online': Record<never, never>;
  'agent.offline': { reason: 'silent' | 'revoked' };
  'audit.recorded': {
    sequence: number;
    action: string;
    subjectKind: string;
    subjectId: string | null;
  };
  /** Somebody is to be told; what is muted or snoozed is not raised. */
  'alert.raised': AlertDetail & {
    why: AlertWhy;
    /** It was told before: its snooze has ended, or nobody mutes it any more. */
    again: boolean;
    /** It came and went so often that its end is told only when it has kept quiet for half an hour. */
    flapping: boolean;
  };
  /** `withdrawn`: its rule, its sync or its agent is not there any more. */
  'alert.resolved': AlertDetail & { resolution: 'recovered' | 'withdrawn'; openMs: number };
}

interface AlertDetail {
  alertId: string;
  alert: AlertKind;
  severity: AlertSeverity;
}

interface EndDetail {
  state: string;
  code: string | null;
  counts: Readonly<Record<string, number>> | null;
}

export type EventKind = keyof EventDetails;

export const eventKinds = [
  'run.queued',
  'run.started',
  'run.finished',
  'run.waiting',
  'run.parked',
  'run.missed',
  'agent.online',
  'agent.offline',
  'audit.recorded',
  'alert.raised',
  'alert.resolved',
] as const satisfies readonly EventKind[];

/** What an event is about. */
interface Subjects {
  workspaceId: string;
  syncId?: string | null;
  runId?: string | null;
  agentId?: string | null;
  poolId?: string | null;
}

export type NewEvent = {
  [Kind in EventKind]: Subjects & { kind: Kind; detail: EventDetails[Kind] };
}[EventKind];

/** As a consumer finds it; `id` orders those of one transaction. */
export type StoredEvent = NewEvent & { id: bigint; xid: bigint; createdAt: Date };
