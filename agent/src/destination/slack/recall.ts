import type { Outcome } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import type { SlackApi } from './api.js';
import { History } from './history.js';

/** What became of messages whose answer was lost, by the histories of their channels. */
export class Recall {
  private readonly histories = new Map<string, History>();

  constructor(private readonly api: SlackApi) {}

  /** Something is about to be posted there: what was read of it so far proves nothing any more. */
  outdate(channel: string): void {
    const history = this.histories.get(channel);
    if (history) history.isOutdated = true;
  }

  /** For each name whether it was posted. What earlier processes sent is in one reading for all of it. */
  async look(
    channel: string,
    names: readonly string[],
    { signal, since }: { signal: AbortSignal; since: Date },
  ): Promise<(Outcome | undefined)[]> {
    const known = this.histories.get(channel);
    const history = known && known.since <= since ? known : new History(this.api, channel, since);
    this.histories.set(channel, history);
    try {
      if (history.isOutdated) await history.read(signal);
    } catch (error) {
      if (!(error instanceof Failure) || error.kind === 'TRANSIENT') throw error;
      return names.map(() => unproven(error));
    }
    return names.map((name) => {
      if (history.has(name)) return { kind: 'accepted' };
      return history.isWhole ? undefined : unproven();
    });
  }
}

/** Whether the token may not see it, or there is too much of it. */
function unproven(cause?: Failure): Outcome {
  return {
    kind: 'unknown',
    failure: new Failure(
      'TRANSIENT',
      'destination.unproven',
      'The answer to a message was lost, and the channel’s history does not show what became of it.',
      cause ? { vendorCode: cause.vendorCode, detail: cause.detail ?? '', cause } : {},
    ),
  };
}
