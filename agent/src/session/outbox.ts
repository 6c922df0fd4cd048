import { crashPoint } from '../crash-point.js';
import { Failure } from '../failure.js';
import { encodedFrame } from './connection.js';
import type { AgentFrameInit } from './connection.js';

export type NumberedBody = Extract<
  NonNullable<AgentFrameInit['body']>,
  { case: 'catalog' | 'accepted' | 'refused' | 'finished' }
>;

export interface Numbered {
  seq: bigint;
  body: NumberedBody;
}

/**
 * What must not be lost. A frame is numbered when it is said, kept until the control plane has committed its effect,
 * and said again in order after each reconnect. Lives as long as the process: numbers belong to one boot.
 */
export class Outbox {
  private nextSeq = 1n;
  private kept: Numbered[] = [];
  private send: ((frame: Numbered) => void) | undefined;
  private readonly waiting = new Set<() => void>();

  /** Throws INTERNAL, and keeps nothing, when the frame breaks a rule of the protocol. */
  add(body: NumberedBody): void {
    const frame = { seq: this.nextSeq, body };
    encodedFrame(frame);
    this.nextSeq += 1n;
    this.kept.push(frame);
    this.send?.(frame);
  }

  /** A new line: everything unacknowledged first, then whatever is added. */
  attach(send: (frame: Numbered) => void): void {
    this.send = send;
    for (const frame of this.kept) send(frame);
  }

  detach(): void {
    this.send = undefined;
  }

  /** All up to `seq` is committed. */
  acknowledge(seq: bigint): void {
    if (seq >= this.nextSeq)
      throw new Failure(
        'TRANSIENT',
        'session.bad_ack',
        'The control plane acknowledges what was never said.',
      );
    if (this.kept.some((frame) => frame.seq <= seq && frame.body.case === 'finished'))
      crashPoint('job.acknowledged');
    this.kept = this.kept.filter((frame) => frame.seq > seq);
    if (this.owesWord) return;
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }

  /** Resolves when all that was said of jobs is acknowledged. A catalog nobody misses: the next boot says its own. */
  async whenJobsAreTold(): Promise<void> {
    if (this.owesWord) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  private get owesWord(): boolean {
    return this.kept.some(({ body }) => body.case !== 'catalog');
  }
}
