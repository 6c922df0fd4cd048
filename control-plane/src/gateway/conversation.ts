import { randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import type { Drain } from '../drain.js';
import { FrameService } from './frame.service.js';
import { Greeter, type Guest } from './greeter.js';
import { Hearing } from './hearing.js';
import type { Line } from './line.js';
import { LiveSessions } from './live-sessions.js';
import { problemOf } from './problem.js';
import { Session } from './session.js';
import { Voice } from './voice.js';

/** How long a stranger may take to become an agent with a session. */
const helloMs = 10_000;

/** One connection from its first byte to its last: challenged → welcomed → live → closed. */
@Injectable()
export class Conversation {
  private readonly logger = new Logger(Conversation.name);

  constructor(
    private readonly greeter: Greeter,
    private readonly frames: FrameService,
    private readonly live: LiveSessions,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /** Resolves when it is over and nothing of it is left. Never rejects. */
  async hold(line: Line, drain: Drain): Promise<void> {
    const voice = new Voice(line, this.clock);
    const hearing = new Hearing(line, this.clock);
    let guest: Guest | undefined;
    // This process goes away; agents connect again to whichever is there then.
    const forget = drain.hold(() => voice.end({ code: 'session.restarting', retryable: true }));
    try {
      guest = await this.greet(voice, hearing);
      if (guest) await this.serve(guest, voice, hearing);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === 'session.internal_error')
        this.logger.error({ err: error }, 'A connection broke for a reason of ours');
      voice.end(problem);
    } finally {
      forget();
      this.tell(voice, guest);
      line.close(1000);
    }
  }

  private tell({ ending }: Voice, guest: Guest | undefined): void {
    if (!ending) return;
    const ids = guest && { agentId: guest.agentId, sessionId: guest.sessionId };
    this.logger.log({ ...ids, code: ending.code }, 'A connection was ended');
  }

  private async greet(voice: Voice, hearing: Hearing): Promise<Guest | undefined> {
    const nonce = randomBytes(32);
    const serverTime = timestampOf(this.clock.now());
    voice.say({ case: 'challenge', value: { nonce, serverTime } });
    const greeted = new AbortController();
    void this.clock.sleep(helloMs, greeted.signal).then(
      () => voice.end({ code: 'session.too_slow', retryable: true }),
      () => undefined,
    );
    try {
      return await this.greeter.greet(voice, hearing, nonce);
    } finally {
      greeted.abort();
    }
  }

  private async serve(guest: Guest, voice: Voice, hearing: Hearing): Promise<void> {
    const { agentId, sessionId } = guest;
    const { heartbeatMs } = this.config;
    const { frames, clock } = this;
    const hasRoom = (): void => this.live.hasRoom(guest);
    const session = new Session(guest, { voice, hearing, frames, hasRoom, clock, heartbeatMs });
    this.live.add(session);
    this.logger.log({ agentId, sessionId }, 'An agent came');
    try {
      await session.live();
    } finally {
      this.live.delete(session);
      await this.greeter.farewell(guest);
      this.logger.log({ agentId, sessionId }, 'An agent went');
    }
  }
}

function timestampOf(time: Date): { seconds: bigint; nanos: number } {
  const ms = time.getTime();
  return { seconds: BigInt(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1_000_000 };
}
