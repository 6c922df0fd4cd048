import type { AlertVolume } from '@drawbridge/proto';

/** Why an alert was raised: enums, counts and times, with the limit that was passed. */
export type AlertWhy =
  /** `runs` one after another; `code` is the last one's. */
  | { kind: 'failed'; state: 'failed' | 'parked'; code: string | null; runs: number }
  /** `percent` of what the run sent. */
  | { kind: 'rejected'; rejected: number; percent: number }
  /** `isLive`: it is still under way, and has taken so long so far. */
  | { kind: 'duration'; durationMs: number; limitMs: number; isLive: boolean }
  | { kind: 'missed'; slot: string; slots: number; reason: string }
  /** `usual` is the median of the runs before. */
  | { kind: 'volume'; of: AlertVolume; count: number; usual: number }
  /** `since` the last one, or since the sync is there. */
  | { kind: 'no_success'; since: string; withinMs: number }
  | { kind: 'agent_offline'; since: string }
  | { kind: 'waiting'; since: string };
