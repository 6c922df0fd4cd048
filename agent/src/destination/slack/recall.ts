import type { Outcome } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import type { SlackApi } from './api.js';
import { History } from './history.js';

/** What is posted is seen a moment later; Slack says of no time when it surely is. */
const settleMs = 3_000;

interface Reading {
  history: History;
  /** Read again before anything is concluded from it. */
  isStale: boolean;
  /** Read once more after a pause: what earlier processes sent is in it. */
  isSettled: boolean;
}

/**
 * What became of messages whose answer was lost, by the histories of their channels. A name that is not there counts as
 * missing only when it was looked for twice, with a pause between.
 */
export class Recall {
  private readonly readings = new Map<string, Reading>();
  /** Sent by this very run, without an answer; true once it was looked for. */
  private readonly doubtful = new Map<string, boolean>();

  constructor(private readonly api: SlackApi) {}

  doubt(names: readonly string[]): void {
    for (const name of names) this.doubtful.set(name, false);
  }

  /** For each name whether it was posted; throws TRANSIENT to be asked again after a pause. */
  async look(
    channel: string,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<(Outcome | undefined)[]> {
    const reading = this.readingOf(channel);
    const { history } = reading;
    try {
      if (reading.isStale || names.some((name) => this.isNew(name))) await history.read(signal);
    } catch (error) {
      if (!(error instanceof Failure) || error.kind === 'TRANSIENT') throw error;
      return names.map(() => unproven(error));
    }
    reading.isStale = false;
    this.assertSettled(
      reading,
      names.filter((name) => !history.has(name)),
    );
    return names.map((name) => {
      if (history.has(name)) return { kind: 'accepted' };
      return history.isWhole ? undefined : unproven();
    });
  }

  private readingOf(channel: string): Reading {
    const known = this.readings.get(channel);
    if (known) return known;
    const history = new History(this.api, channel);
    const made = { history, isStale: true, isSettled: false };
    this.readings.set(channel, made);
    return made;
  }

  private isNew(name: string): boolean {
    return this.doubtful.get(name) === false;
  }

  private assertSettled(reading: Reading, missing: readonly string[]): void {
    const waits = missing.filter((name) =>
      this.doubtful.has(name) ? this.isNew(name) : !reading.isSettled,
    );
    if (waits.length === 0) return;
    for (const name of waits) if (this.doubtful.has(name)) this.doubtful.set(name, true);
    reading.isSettled = true;
    reading.isStale = true;
    throw new Failure(
      'TRANSIENT',
      'destination.unsettled',
      'A message without an answer is not in its channel’s history yet.',
      { retryAfterMs: settleMs },
    );
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
