import type { Batch, Outcome, Target, TargetRequest } from '../../connector/destination.js';
import { readSettings } from '../../connector/settings.js';
import { unlessAborted } from '../../connector/unless-aborted.js';
import { crashPoint } from '../../crash-point.js';
import { Failure } from '../../failure.js';
import type { Line, Lines } from './connection.js';
import { failureOfAnswer, noStream } from './failures.js';
import { messageOptions } from './message-options.js';
import { recalled } from './recall.js';
import { subjectOf } from './subject.js';
import type { Subject } from './subject.js';

interface Message {
  subject: string;
  body: string;
  /** The same for ever: a stream that has it already keeps no second one, while its duplicate window is open. */
  id: string;
}

/** Publishes each row as one message, and has each acknowledged by the stream that keeps it. */
export class SubjectTarget implements Target {
  readonly maxRows = 500;
  readonly maxBytes = 1 << 20;
  readonly concurrency = 4;
  readonly wantsFormer = true;

  private constructor(
    private readonly lines: Lines,
    private readonly request: TargetRequest,
    private readonly at: { subject: Subject; stream: string },
  ) {}

  /** CONFIG `destination.object_missing` when no stream keeps the subject's messages. */
  static async open(request: TargetRequest, lines: Lines): Promise<SubjectTarget> {
    const { tokens } = readSettings(messageOptions, request.options);
    refuseOmitting(request);
    const subject = subjectOf(request.object, tokens);
    const { manager } = await lines.open();
    const stream = await manager.streams.find(subject.filter).catch((error: unknown) => {
      throw isMissing(error) ? noStream(subject.filter) : failureOfAnswer(error);
    });
    return new SubjectTarget(lines, request, { subject, stream });
  }

  /** The window closes, after two minutes unless the stream says otherwise; the next run may be later. */
  isRepeatable(): boolean {
    return false;
  }

  async deliver(batch: Batch, signal: AbortSignal): Promise<Outcome[]> {
    signal.throwIfAborted();
    const messages = this.messagesOf(batch);
    const line = await this.lines.open();
    crashPoint('batch.leaving');
    this.request.lastCheck();
    const answers = messages.map((each) => (each instanceof Failure ? each : publish(line, each)));
    const outcomes = await unlessAborted(Promise.all(answers), signal);
    throwLost(outcomes);
    stopIfAllFailed(outcomes);
    return outcomes.map((outcome): Outcome =>
      outcome instanceof Failure ? { kind: 'rejected', failure: outcome } : { kind: 'accepted' },
    );
  }

  async recall(batch: Batch, signal: AbortSignal, since: Date): Promise<(Outcome | undefined)[]> {
    const line = await this.lines.open();
    return unlessAborted(recalled(line, { stream: this.at.stream, batch, since }), signal);
  }

  close(): Promise<void> {
    return this.lines.close();
  }

  private messagesOf(batch: Batch): (Message | Failure)[] {
    return batch.records().map((record, n) => {
      try {
        const { key, fields } = record;
        return {
          subject: this.at.subject.of({ ...key, ...fields }),
          body: JSON.stringify({ change: batch.change, ...record }),
          id: batch.nameOf(n),
        };
      } catch (error) {
        if (error instanceof Failure && error.kind === 'REJECTED') return error;
        throw error;
      }
    });
  }
}

/** Undefined when a stream has it; also when it had it already. */
async function publish({ streams }: Line, message: Message): Promise<Failure | undefined> {
  try {
    await streams.publish(message.subject, message.body, { msgID: message.id, retries: 1 });
    return undefined;
  } catch (error) {
    return failureOfAnswer(error);
  }
}

/** Of all of them it can be looked up then which the stream has; told of single rows, they would be held. */
function throwLost(outcomes: readonly (Failure | undefined)[]): void {
  const lost = outcomes.find((outcome) => outcome?.code === 'destination.no_answer');
  if (lost) throw lost;
}

/** What every message met says nothing of a single row. */
function stopIfAllFailed(outcomes: readonly (Failure | undefined)[]): void {
  const [first] = outcomes;
  if (first === undefined || first.kind === 'REJECTED') return;
  if (outcomes.every((outcome) => outcome?.code === first.code)) throw first;
}

/** A message is there as a whole or not at all. */
function refuseOmitting({ fields }: TargetRequest): void {
  const omitting = fields.filter(({ nulls }) => nulls === 'omit');
  if (omitting.length === 0) return;
  throw new Failure(
    'CONFIG',
    'destination.omit_unfit',
    'A message has no field that could stay as it is, so nulls: omit does nothing. Send NULLs.',
    { detail: omitting.map(({ name }) => name).join(', ') },
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && /no stream matches subject/i.test(error.message);
}
