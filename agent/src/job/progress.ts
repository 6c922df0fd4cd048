import type { Clock } from '../clock.js';
import type { Progress } from '../sync/sync-request.js';

/** At most two a second. */
const pauseMs = 500;

/** Passes the newest progress on, at a pace; what it replaces is forgotten. */
export class ProgressPace {
  private latest: Progress | undefined;
  private isPausing = false;

  constructor(
    private readonly tell: (progress: Progress) => void,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  readonly note = (progress: Progress): void => {
    this.latest = progress;
    if (!this.isPausing) void this.flow();
  };

  /** Passes on what still waits for its turn: a report does not say how much was planned. */
  end(): void {
    if (this.latest && !this.signal.aborted) this.tell(this.latest);
    this.latest = undefined;
  }

  private async flow(): Promise<void> {
    this.isPausing = true;
    while (this.latest && !this.signal.aborted) {
      const progress = this.latest;
      this.latest = undefined;
      this.tell(progress);
      await this.clock.sleep(pauseMs, this.signal).catch(() => undefined);
    }
    this.isPausing = false;
  }
}
