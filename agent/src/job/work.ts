import type { FinishedSchema, MessageInitShape } from '@drawbridge/proto';
import type { Clock } from '../clock.js';
import type { Registry } from '../connector/registry.js';
import type { GivenPolicy } from '../policy/policy.js';
import type { Redaction } from '../secret/redaction.js';
import type { HeldLease } from '../session/lease.js';
import type { Store } from '../store/store.js';
import type { Progress } from '../sync/sync-request.js';
import type { Limiters } from './limiters.js';

export type Result = NonNullable<MessageInitShape<typeof FinishedSchema>['result']>;

/** A reference of the configuration → the value that it stands for. */
export type ResolveSecret = (reference: string) => Promise<string>;

/** A job that this agent can do, looked at and not yet begun. */
export interface Work {
  kind: 'run_sync' | 'check_connection' | 'discover';
  /** What is worked on, for the log. */
  ids: { runId?: string };
  /** Resolves with what to tell, also of a failure that it expects. */
  run(right: Right): Promise<Result>;
}

/** What a piece of work is given for as long as it may act. */
export interface Right {
  lease: HeldLease;
  onProgress: (progress: Progress) => void;
  signal: AbortSignal;
}

/** What all jobs work with. */
export interface Tools {
  registry: Registry;
  resolveSecret: ResolveSecret;
  /** Knows every secret that a connection was opened with. */
  redaction: Redaction;
  /** The secret that rows are hashed with; absent when the agent has none. */
  hashKey?: () => Promise<string>;
  /** One for each job: a store counts the bytes that were written through it. */
  openStore: () => Store & { close(): void };
  limiters: Limiters;
  /** What the customer allows; absent: everything that the control plane asks for. */
  policy?: GivenPolicy;
  /** False: names of tables, columns and objects stay here, too. */
  isDiscoveryOn: boolean;
  /** Holds a folder for each running job. */
  jobsDir: string;
  cacheDir: string;
  /** For one job. */
  memoryMiB: number;
  clock: Clock;
}
