import type { AgentFrame, Heartbeat, NextKey } from '@drawbridge/proto';
import { Logger } from '@nestjs/common';
import { AppError } from '../app-error.js';
import type { Clock } from '../clock.js';
import type { LeasedJob } from '../job/work.js';
import { beginSpan, traced } from '../trace.js';
import { keyIn, type FrameService } from './frame.service.js';
import type { Guest } from './greeter.js';
import type { Hearing } from './hearing.js';
import { heartbeatAnswer } from './heartbeat-answer.js';
import { Offering } from './offering.js';
import { problemOf } from './problem.js';
import type { Voice } from './voice.js';

const logger = new Logger('Session');

/** An agent that was silent for so many heartbeats is gone, whatever its socket says. */
const silentHeartbeats = 3;

export interface SessionParts {
  voice: Voice;
  hearing: Hearing;
  frames: FrameService;
  /** Its agent takes more jobs. */
  hasRoom: () => void;
  clock: Clock;
  heartbeatMs: number;
}

/**
 * A connection whose agent has been welcomed. It is live: frames are taken in order, jobs are offered → leaving, after a
 * goodbye: frames are taken, nothing is offered → over, when either side hangs up, the agent falls silent, or a frame
 * can't be taken.
 */
export class Session {
  private readonly stop = new AbortController();
  private readonly offering: Offering;
  private isToldTooOld = false;

  constructor(
    readonly guest: Guest,
    private readonly parts: SessionParts,
  ) {
    this.offering = new Offering(guest, parts.voice, parts.frames);
  }

  /** Resolves when it is over; throws why, when this side must say so. */
  async live(): Promise<void> {
    const { hearing } = this.parts;
    const watching = this.watch(this.stop.signal);
    try {
      await this.offering.offerAgain();
      for (let frame = await hearing.next(); frame; frame = await hearing.next())
        await this.take(frame);
    } finally {
      this.offering.leave();
      this.stop.abort();
      await watching;
    }
  }

  end(reason: AppError): void {
    this.parts.voice.end(problemOf(reason));
  }

  /** How many more jobs its agent takes. */
  get left(): number {
    return this.offering.left;
  }

  offer(job: LeasedJob): Promise<void> {
    return this.offering.offer(job);
  }

  cancel(jobId: string): void {
    this.offering.cancel(jobId);
  }

  /** Its agent is to make a new key. One that is too old to be asked goes on with its own. */
  askForKey(): void {
    if (
      this.isToldTooOld ||
      typeof this.parts.voice.say({ case: 'rotate', value: {} }) !== 'string'
    )
      return;
    this.isToldTooOld = true;
    const { agentId, sessionId } = this.guest;
    logger.warn({ agentId, sessionId }, 'An agent is too old to make a new key');
  }

  private async take(frame: AgentFrame): Promise<void> {
    const { body, seq, ack } = frame;
    const { frames } = this.parts;
    if (seq > 0n) return this.takeNumbered(frame);
    switch (body.case) {
      case 'heartbeat':
        return this.answer(body.value, ack);
      case 'progress':
        return frames.progress(this.guest, body.value);
      case 'goodbye':
        return this.offering.leave();
      case 'nextKey':
        return this.takeKey(body.value);
      case 'catalog':
      case 'accepted':
      case 'refused':
      case 'finished':
        throw new AppError('frame.bad_number', 'A frame of this kind has a number.');
      case 'enroll':
      case 'hello':
      case undefined:
        throw new AppError('session.unexpected_frame', 'The agent has said hello already.');
    }
  }

  private async takeNumbered(frame: AgentFrame): Promise<void> {
    const { voice, frames } = this.parts;
    const { agentId } = this.guest;
    const apply = (): Promise<unknown> => frames.apply(this.guest, frame);
    if (frame.body.case !== 'accepted') await apply();
    else await traced(beginSpan('job.accept', { agentId, ...keyIn(frame.body.value) }), apply);
    voice.acknowledge(frame.seq);
    const { body } = frame;
    if (body.case === 'accepted' || body.case === 'refused')
      this.offering.answered(keyIn(body.value));
    if (body.case === 'finished') this.offering.finished(keyIn(body.value));
  }

  /** The agent comes back at once, as who it will be. */
  private async takeKey(next: NextKey): Promise<void> {
    if (await this.parts.frames.keepKey(this.guest, next))
      this.end(new AppError('session.rotating', 'Say hello with the new key.'));
  }

  private async answer(heartbeat: Heartbeat, ack: bigint): Promise<void> {
    const { voice, frames, hasRoom } = this.parts;
    const standings = await frames.heartbeat(this.guest, heartbeat);
    voice.say({ case: 'heartbeatAnswer', value: heartbeatAnswer(heartbeat.number, standings) });
    for (const lease of standings) this.offering.stands(lease);
    this.offering.advertised(heartbeat.freeSlots, ack);
    if (this.left > 0) hasRoom();
  }

  private async watch(signal: AbortSignal): Promise<void> {
    const { clock, hearing, heartbeatMs } = this.parts;
    const limitMs = silentHeartbeats * heartbeatMs;
    while (!signal.aborted) {
      const restMs = hearing.lastHeardMs + limitMs - clock.monotonicMs();
      if (restMs <= 0)
        return this.end(new AppError('session.silent', 'Nothing was heard for three heartbeats.'));
      await clock.sleep(restMs, signal).catch(() => undefined);
    }
  }
}
