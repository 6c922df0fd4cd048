import type { Crash, CrashPoint } from '../../crash-point.js';
import type { RawSettings } from '../../connector/settings.js';
import type { SyncReport, SyncRequest } from '../../sync/sync-request.js';

/** Where a run's process finds its servers. */
export interface Connection {
  settings: RawSettings;
  secrets: Readonly<Record<string, string>>;
}

/** The wall clock of the process is so many milliseconds further from that point on, or back. */
export interface Jump {
  at: Crash;
  byMs: number;
}

/** One run, as a process of its own is told to make it. */
export interface DriverJob {
  request: SyncRequest;
  source: Connection;
  destination: Connection & { name: 'postgres' | 'http' | 'salesforce' | 'slack' };
  bucket: { endpoint: string; bucket: string };
  /** How long a request to the bucket may stand still, in milliseconds. */
  stillMs: number;
  epoch: bigint;
  workDir: string;
  cacheDir: string;
  /** Largest batch, in rows: a small table makes many of them. */
  maxRows: number;
  /** What the wall clock does in the middle of the run. */
  jumps: readonly Jump[];
  /** Kills the process there. */
  crash?: Crash;
  /** Freezes the process there until somebody wakes it; by then its lease is over. */
  freeze?: Crash;
}

export interface DriverAnswer {
  report: SyncReport;
  /** How often each point was passed. */
  passed: Map<CrashPoint, number>;
}
