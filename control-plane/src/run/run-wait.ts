import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { Clock } from '../clock.js';
import { Notices } from '../database/notices.js';
import { WakeUp } from '../wake-up.js';
import { RunHistoryService } from './run-history.service.js';
import type { ShownRun } from './run-of.js';
import { isOver, type RunState } from './run-state.js';

/** A notice is a hint and may be lost. */
const pollMs = 2_000;
/** A busy run gives a hint for every progress of its agent. */
const minGapMs = 100;

/** For whoever asks and waits a little: the run as it is once it is over, or when the time is up. */
@Injectable()
export class RunWait {
  constructor(
    private readonly history: RunHistoryService,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  /** Null: there is no such run. The signal ends the waiting at once, not the answer. */
  async untilOver(
    caller: Caller,
    id: string,
    { waitMs, signal }: { waitMs: number; signal: AbortSignal },
  ): Promise<ShownRun | null> {
    const wakeUp = new WakeUp();
    const unsubscribe = this.notices.subscribe((notice) => {
      if (notice.kind === 'run_updated' && notice.runId === id) wakeUp.call();
    });
    const untilMs = this.clock.monotonicMs() + waitMs;
    try {
      for (;;) {
        const run = await this.history.find(caller, id);
        const leftMs = untilMs - this.clock.monotonicMs();
        if (!run || isOver(run.state as RunState) || leftMs <= 0 || signal.aborted) return run;
        await wakeUp.sleep(this.clock, Math.min(pollMs, leftMs), signal);
        await this.clock.sleep(Math.min(minGapMs, leftMs), signal).catch(() => undefined);
      }
    } finally {
      unsubscribe();
    }
  }
}
