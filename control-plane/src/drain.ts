import { Injectable } from '@nestjs/common';
import { Clock } from './clock.js';

/**
 * How this process goes away without anybody's loss. It serves → begins: it is no longer ready, and takes nothing new →
 * tells those on long lines, one after the other, to connect again elsewhere. Whoever waits long for something, such as a
 * poll, looks at the signal and answers at once with what there is.
 */
@Injectable()
export class Drain {
  private readonly begun = new AbortController();
  private readonly lines = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  /** Aborted when the drain begins. */
  get signal(): AbortSignal {
    return this.begun.signal;
  }

  /** `leave` tells the other end of a long line to go; what is answered forgets the line, once it is over. */
  hold(leave: () => void): () => void {
    if (this.signal.aborted) leave();
    else this.lines.add(leave);
    return () => void this.lines.delete(leave);
  }

  begin(): void {
    this.begun.abort();
  }

  /** Takes `overMs`, also with nobody there: those who ask whether we are ready must have time to hear of it. */
  async tellAll(overMs: number): Promise<void> {
    const leaving = [...this.lines];
    const pauseMs = overMs / Math.max(1, leaving.length);
    for (const leave of leaving) {
      leave();
      if (pauseMs > 0) await this.clock.sleep(pauseMs);
    }
    if (leaving.length === 0 && overMs > 0) await this.clock.sleep(overMs);
  }
}
