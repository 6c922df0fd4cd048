import {
  encodeControlFrame,
  type ControlFrameSchema,
  type FrameProblem,
  type MessageInitShape,
} from '@drawbridge/proto';
import type { Clock } from '../clock.js';
import type { Line } from './line.js';
import { closeCodeOf, type Problem } from './problem.js';

export type ControlBody = NonNullable<MessageInitShape<typeof ControlFrameSchema>['body']>;

/** An acknowledgement waits so long for a frame that takes it along. */
const gatherMs = 50;

/** What is said on one connection. Every frame carries the newest acknowledgement. */
export class Voice {
  private seq = 0n;
  private ack = 0n;
  private isAckDue = false;
  private lastWord: Problem | undefined;

  constructor(
    private readonly line: Line,
    private readonly clock: Clock,
  ) {}

  /** Why this side ended the connection; undefined while it has not. */
  get ending(): Problem | undefined {
    return this.lastWord;
  }

  /** The frame's number, 0 for those that have none; why not, when the wire or this agent can't take it and it was not said. */
  say(body: ControlBody): bigint | FrameProblem {
    const isNumbered = body.case === 'offer' || body.case === 'cancel';
    const seq = isNumbered ? this.seq + 1n : 0n;
    const encoded = encodeControlFrame({ seq, ack: this.ack, body }, this.line.revision);
    if (encoded.kind === 'invalid') return encoded.problem;
    if (isNumbered) this.seq = seq;
    this.isAckDue = false;
    if (!this.lastWord) this.line.send(encoded.bytes);
    return seq;
  }

  /** Takes up where an earlier session of the same boot stopped. */
  startFrom(appliedSeq: bigint): void {
    this.ack = appliedSeq;
  }

  /** The effect of a frame, heard for the first time or again, is committed. */
  acknowledge(seq: bigint): void {
    if (seq > this.ack) this.ack = seq;
    if (this.isAckDue) return;
    this.isAckDue = true;
    void this.acknowledgeSoon();
  }

  /** The last word; the second time does nothing. */
  end(problem: Problem): void {
    if (this.lastWord) return;
    this.say({ case: 'problem', value: problem });
    this.lastWord = problem;
    this.line.close(closeCodeOf(problem));
  }

  private async acknowledgeSoon(): Promise<void> {
    await this.clock.sleep(gatherMs);
    if (this.isAckDue) this.say({ case: 'acknowledgement', value: {} });
  }
}
