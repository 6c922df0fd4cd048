import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import type { Caller } from '../auth/caller.js';
import { Clock } from '../clock.js';
import { Notices } from '../database/notices.js';
import { WakeUp } from '../wake-up.js';
import { RunHistoryService } from './run-history.service.js';
import type { ShownRun } from './run-of.js';
import { isOver, type RunState } from './run-state.js';

/** A person can't follow more; it also bounds what a busy run costs. */
const minGapMs = 500;
/** A notice is a hint and may be lost. */
const pollMs = 2_000;

/**
 * Tells how a run goes, until it is over: look → say what is new → pause → wait for a hint. Closing it at any moment
 * ends all waiting.
 */
@Injectable()
export class RunUpdates {
  constructor(
    private readonly history: RunHistoryService,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {}

  async of(caller: Caller, id: string): Promise<AsyncIterableIterator<ShownRun>> {
    const first = await this.history.find(caller, id);
    if (!first) throw new AppError('run.not_found', 'There is no such run.');
    const stop = new AbortController();
    const updates = this.updates(caller, first, stop.signal);
    const iterator: AsyncIterableIterator<ShownRun> = {
      next: () => updates.next(),
      // A generator that waits hears of its end only when the waiting ends.
      return: () => {
        stop.abort();
        return updates.return(undefined);
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  private async *updates(caller: Caller, first: ShownRun, signal: AbortSignal) {
    const wakeUp = new WakeUp();
    const unsubscribe = this.notices.subscribe((notice) => {
      if (notice.kind === 'run_updated' && notice.runId === first.id) wakeUp.call();
    });
    try {
      let said = '';
      for (let run: ShownRun | null = first; run; run = await this.history.find(caller, first.id)) {
        const text = JSON.stringify(run);
        if (text !== said) yield run;
        said = text;
        if (isOver(run.state as RunState)) return;
        await this.clock.sleep(minGapMs, signal).catch(() => undefined);
        if (!signal.aborted) await wakeUp.sleep(this.clock, pollMs, signal);
        if (signal.aborted) return;
      }
    } finally {
      unsubscribe();
    }
  }
}
