import type { Clock } from '../clock.js';
import { failureOf } from '../failure.js';

export interface ReadinessParts {
  /** Enrolled, and welcomed by the control plane once since the start: a version that it refuses is not rolled out. */
  wasWelcomed: () => boolean;
  isLeaving: () => boolean;
  /** Throws what keeps the agent from writing to its bucket. */
  tryBucket: (signal: AbortSignal) => Promise<void>;
  clock: Clock;
}

/** How long the bucket's last answer is believed, good or bad. Each look is five small requests. */
const goodForMs = 60_000;
const badForMs = 10_000;
const longestLookMs = 15_000;

/**
 * Whether this agent should be given work. Losing the control plane later does not matter to it: what is leased goes on,
 * and a cluster that restarted its agents for that would only make it worse.
 */
export class Readiness {
  private bucket: string | undefined = 'bucket: not looked at yet';
  private lookAgainAtMs = 0;
  private isLooking = false;

  constructor(private readonly parts: ReadinessParts) {}

  /** Undefined when ready, else why not: words and codes of ours. Asking is what makes it look at the bucket again. */
  why(): string | undefined {
    this.lookAtBucket();
    if (this.parts.isLeaving()) return 'leaving';
    if (!this.parts.wasWelcomed()) return 'not enrolled and welcomed yet';
    return this.bucket;
  }

  private lookAtBucket(): void {
    const { clock, tryBucket } = this.parts;
    if (this.isLooking || clock.monotonicMs() < this.lookAgainAtMs) return;
    this.isLooking = true;
    void tryBucket(AbortSignal.timeout(longestLookMs))
      .then(
        () => undefined,
        (error: unknown) => `bucket: ${failureOf(error).code}`,
      )
      .then((trouble) => this.looked(trouble));
  }

  private looked(trouble: string | undefined): undefined {
    this.bucket = trouble;
    this.lookAgainAtMs = this.parts.clock.monotonicMs() + (trouble ? badForMs : goodForMs);
    this.isLooking = false;
    return undefined;
  }
}
