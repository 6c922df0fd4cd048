const firstMs = 1_000;
/** So that all are back soon after a control plane that was away for long: with full jitter a thousand are 200 a second. */
const longestMs = 10_000;
/** A session that held so long was a good one; the next trouble starts from the beginning. */
const stableMs = 30_000;

/** How long to wait before connecting again. Full jitter, so that a thousand agents do not come back as one. */
export class Backoff {
  private attempts = 0;

  constructor(private readonly random: () => number = Math.random) {}

  /** `openMs`: how long the session that just ended was open; 0 when it never was. */
  nextMs(openMs: number): number {
    if (openMs >= stableMs) this.attempts = 0;
    const bound = Math.min(longestMs, firstMs * 2 ** this.attempts);
    this.attempts = Math.min(this.attempts + 1, 16);
    return Math.round(this.random() * bound);
  }
}
