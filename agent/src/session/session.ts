import type { ControlFrame, MessageInitShape, ProgressSchema, Welcome } from '@drawbridge/proto';
import type { Clock } from '../clock.js';
import { Failure, failureOf } from '../failure.js';
import type { Logger } from '../logger.js';
import { Backoff } from './backoff.js';
import { openConnection } from './connection.js';
import type { AgentFrameInit, Connection } from './connection.js';
import type { Desk, Line } from './desk.js';
import { problemFailure, shakeHands } from './handshake.js';
import type { Self } from './handshake.js';
import { Heartbeat } from './heartbeat.js';
import { Outbox } from './outbox.js';
import type { NumberedBody } from './outbox.js';

/**
 * Talking to the control plane, and nothing else. The states of a session:
 *
 *   connecting → greeting: the websocket is open; challenge, perhaps enrolment, hello
 *   greeting → open: welcomed; the outbox is said again, heartbeats go out, offers come in
 *   connecting, greeting, open → waiting: the line is cut, silent, or said nonsense; back after a while
 *   waiting → connecting
 *   any → over: `run` was aborted, or the control plane said that coming again can't help (thrown as CONFIG)
 */
export interface SessionParts {
  url: string;
  self: Self;
  clock: Clock;
  logger: Logger;
  backoff?: Backoff;
  onState?: (state: 'open' | 'waiting') => void;
}

/** Challenge to welcome; a control plane that takes longer is as good as away. */
const greetingMs = 15_000;
const lastWordMs = 1_000;
/** What comes so much later than it should does not come any more. */
const stuckMs = 60_000;

/** A session that is open. */
interface Open {
  connection: Connection;
  heartbeat: Heartbeat;
  sessionId: string;
  /** Highest number heard; goes out with every frame. */
  heardSeq: bigint;
  /** A next key was asked for; one answer a connection is enough. */
  isKeyAsked: boolean;
}

export class Session implements Line {
  private readonly outbox = new Outbox();
  private readonly backoff: Backoff;
  private open: Open | undefined;
  private readonly leaving = new AbortController();
  private welcomes = 0;
  /** By when the loop says again how long it will be silent; monotonic. */
  private aliveUntilMs = Infinity;

  constructor(private readonly parts: SessionParts) {
    this.backoff = parts.backoff ?? new Backoff();
  }

  get isOpen(): boolean {
    return this.open !== undefined;
  }

  get wasWelcomed(): boolean {
    return this.welcomes > 0;
  }

  get isLeaving(): boolean {
    return this.leaving.signal.aborted;
  }

  /** False when the loop, or the heartbeat while a session is open, has not come round for a minute after its time. */
  get isAlive(): boolean {
    return this.parts.clock.monotonicMs() <= this.aliveUntilMs;
  }

  say(body: NumberedBody): void {
    this.outbox.add(body);
  }

  mention(progress: MessageInitShape<typeof ProgressSchema>): void {
    this.utter({ case: 'progress', value: progress });
  }

  hurry(): void {
    this.open?.heartbeat.hurry();
  }

  /** No more offers, on this connection or a later one. */
  leave(): void {
    this.leaving.abort();
    this.utter({ case: 'goodbye', value: {} });
  }

  /** Resolves when the control plane has committed all that was said of jobs. */
  whenHeard(): Promise<void> {
    return this.outbox.whenJobsAreTold();
  }

  /** Until aborted. Throws what coming again can't help: CONFIG from the control plane, INTERNAL from us. */
  async run(desk: Desk, signal: AbortSignal): Promise<void> {
    const { clock, logger, onState, self } = this.parts;
    while (!signal.aborted) {
      this.silentFor(greetingMs);
      const trial: Trial = { openedAtMs: undefined };
      const failure = await this.once(desk, trial, signal).catch(failureOf);
      if (signal.aborted) return;
      if (self.tokens.passOver(failure) || self.identity.passOver(failure)) continue;
      if (failure.kind !== 'TRANSIENT') throw failure;
      onState?.('waiting');
      const openMs = trial.openedAtMs === undefined ? 0 : clock.monotonicMs() - trial.openedAtMs;
      const delayMs = this.delayMs(openMs);
      logger.failure('session.lost', failure, { delayMs });
      this.silentFor(delayMs);
      await clock.sleep(delayMs, this.awake(signal)).catch(() => undefined);
    }
  }

  private silentFor(ms: number): void {
    this.aliveUntilMs = this.parts.clock.monotonicMs() + ms + stuckMs;
  }

  /** Whoever leaves has little time to say the last word. */
  private delayMs(openMs: number): number {
    const delayMs = this.backoff.nextMs(openMs);
    return this.leaving.signal.aborted ? Math.min(delayMs, lastWordMs) : delayMs;
  }

  /** Leaving wakes it once; from then on the delays are short by themselves. */
  private awake(signal: AbortSignal): AbortSignal {
    const { signal: leaving } = this.leaving;
    return leaving.aborted ? signal : AbortSignal.any([signal, leaving]);
  }

  /** One connection, from its opening to its end; resolves with why it ended. */
  private async once(desk: Desk, trial: Trial, signal: AbortSignal): Promise<Failure> {
    const connection = await openConnection(this.parts.url, signal);
    try {
      const pace = await this.greet(connection);
      trial.openedAtMs = this.parts.clock.monotonicMs();
      this.welcomes += 1;
      const say = (body: NonNullable<AgentFrameInit['body']>): void => {
        this.silentFor(pace.heartbeatMs);
        this.utter(body);
      };
      const heartbeat = new Heartbeat(pace, desk, this.parts.clock, say);
      const { sessionId } = pace;
      this.open = { connection, heartbeat, sessionId, heardSeq: 0n, isKeyAsked: false };
      return await this.converse(this.open, desk);
    } finally {
      this.outbox.detach();
      this.open = undefined;
      connection.close();
    }
  }

  private async greet(connection: Connection): Promise<Welcome> {
    const { clock, logger, self } = this.parts;
    const greeted = new AbortController();
    void clock.sleep(greetingMs, greeted.signal).then(
      () => connection.close(),
      () => undefined,
    );
    const wasEnrolled = self.identity.enrolment !== undefined;
    const welcome = await shakeHands(connection, self).finally(() => greeted.abort());
    const { agentId = '' } = self.identity.enrolment ?? {};
    if (!wasEnrolled) logger.info('session.enrolled', { agentId });
    if ((await self.identity.welcomed()) === 'rotated') logger.info('session.rotated', { agentId });
    logger.info('session.open', { agentId, sessionId: welcome.sessionId });
    return welcome;
  }

  private async converse(open: Open, desk: Desk): Promise<Failure> {
    const ended = new AbortController();
    this.outbox.attach(({ seq, body }) => open.connection.send({ seq, ack: open.heardSeq, body }));
    if (this.leaving.signal.aborted) this.utter({ case: 'goodbye', value: {} });
    this.parts.onState?.('open');
    const beating = open.heartbeat.run(ended.signal).catch(failureOf);
    const listening = this.listen(open, desk).catch(failureOf);
    const failure = await Promise.race([beating, listening]);
    ended.abort();
    open.connection.close();
    await Promise.all([beating, listening]);
    return failure ?? new Failure('TRANSIENT', 'session.cut', 'The connection was cut.');
  }

  private async listen(open: Open, desk: Desk): Promise<undefined> {
    for (;;) {
      const { value: frame } = await open.connection.frames.next();
      if (!frame) return undefined;
      this.outbox.acknowledge(frame.ack);
      if (frame.seq > open.heardSeq) open.heardSeq = frame.seq;
      if (frame.body.case === 'rotate') void this.sayNextKey(open);
      else hear(frame, open, desk);
    }
  }

  /** The control plane ends the connection when it has kept the key. One that can't be stored is not said. */
  private async sayNextKey(open: Open): Promise<void> {
    if (open.isKeyAsked) return;
    open.isKeyAsked = true;
    const { identity } = this.parts.self;
    const { agentId = '' } = identity.enrolment ?? {};
    const text = `drawbridge-rotate-v1\n${agentId}${open.sessionId}`;
    try {
      const value = await identity.rotate(Buffer.from(text));
      open.connection.send({ ack: open.heardSeq, body: { case: 'nextKey', value } });
    } catch (error) {
      this.parts.logger.failure('session.no_next_key', failureOf(error));
    }
  }

  private utter(body: NonNullable<AgentFrameInit['body']>): void {
    this.open?.connection.send({ ack: this.open.heardSeq, body });
  }
}

interface Trial {
  openedAtMs: number | undefined;
}

function hear({ body }: ControlFrame, open: Open, desk: Desk): void {
  switch (body.case) {
    case 'offer':
      return desk.offered(body.value);
    case 'cancel':
      return body.value.lease ? desk.cancelled(body.value.lease) : undefined;
    case 'heartbeatAnswer':
      return open.heartbeat.answered(body.value);
    case 'acknowledgement':
      return undefined;
    case 'problem':
      throw problemFailure(body.value);
    case 'rotate':
      return undefined;
    case 'challenge':
    case 'enrolled':
    case 'welcome':
    case undefined:
      throw new Failure('TRANSIENT', 'session.out_of_turn', 'The control plane greets twice.');
  }
}
