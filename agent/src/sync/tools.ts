import type { Clock } from '../clock.js';
import type { DestinationConnection } from '../connector/destination.js';
import type { SourceConnection } from '../connector/source.js';
import type { Store } from '../store/store.js';
import type { Redact } from './error-text.js';
import type { Limiter } from './limiter.js';
import type { Lease, Progress } from './sync-request.js';

/** Everything that a run works with. The engine constructs none of it. */
export interface SyncTools {
  source: SourceConnection;
  destination: DestinationConnection;
  /** Shared by every run that writes through the same destination connection. */
  limiter: Limiter;
  store: Store;
  /** A folder for this run alone; the engine makes and removes it. */
  workDir: string;
  /** A folder for baseline segments that outlives runs; everything in it can be fetched again. */
  cacheDir: string;
  /** How long the bucket keeps what no baseline names any more, in milliseconds; a day unless given. */
  graceMs?: number;
  memoryMiB: number;
  /** The secret that rows are hashed with where no values are kept; absent when the agent has none. */
  hashKey?: () => Promise<string>;
  /** For texts that rest in the bucket. */
  redact: Redact;
  clock: Clock;
  lease: Lease;
  onProgress(progress: Progress): void;
  signal: AbortSignal;
}
