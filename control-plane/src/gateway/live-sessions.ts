import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { PresenceService } from '../agent/presence.service.js';
import { RotationService } from '../agent/rotation.service.js';
import { Clock } from '../clock.js';
import { Notices, type Notice } from '../database/notices.js';
import { Rounds } from '../rounds.js';
import { Dispatcher } from './dispatcher.js';
import type { Guest } from './greeter.js';
import { lostSession } from './problem.js';
import type { Session } from './session.js';

/** A revoked agent is thrown out within 5 seconds even if every notice is lost. */
const checkMs = 3_000;

/** The sessions of this process: passes on what concerns them, and ends those that no longer speak for their agent. */
@Injectable()
export class LiveSessions implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(LiveSessions.name);
  private readonly sessions = new Set<Session>();
  private readonly checking: Rounds;
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly presence: PresenceService,
    private readonly notices: Notices,
    private readonly dispatcher: Dispatcher,
    private readonly rotation: RotationService,
    clock: Clock,
  ) {
    this.checking = new Rounds(
      clock,
      this.logger,
      'Looking for keys to rotate failed; trying again',
    );
  }

  onApplicationBootstrap(): void {
    this.unsubscribe = this.notices.subscribe((notice) => this.pass(notice));
    this.checking.start(checkMs, async () => {
      await this.endLost([...this.sessions]);
      await this.askForKeys([...this.sessions]);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.unsubscribe();
    await this.checking.stop();
  }

  add(session: Session): void {
    this.sessions.add(session);
    this.dispatcher.add(session);
    if (session.guest.isKeyWanted) session.askForKey();
  }

  delete(session: Session): void {
    this.sessions.delete(session);
    this.dispatcher.delete(session);
  }

  /** An agent takes more jobs. */
  hasRoom({ poolId }: Guest): void {
    this.dispatcher.hasRoom(poolId);
  }

  private pass(notice: Notice): void {
    switch (notice.kind) {
      case 'job_queued':
        return this.dispatcher.call(notice.poolId);
      case 'job_cancelled':
        for (const session of this.of(notice.agentId)) session.cancel(notice.jobId);
        return;
      case 'agent_revoked':
      case 'agent_updated':
        return void this.endLost(this.of(notice.agentId));
      case 'key_wanted':
        for (const session of this.of(notice.agentId)) session.askForKey();
        return;
      case 'run_updated':
        return;
    }
  }

  private of(agentId: string): Session[] {
    return [...this.sessions].filter(({ guest }) => guest.agentId === agentId);
  }

  /** Of agents that a person wants to have new keys. */
  private async askForKeys(sessions: readonly Session[]): Promise<void> {
    const wanted = await this.rotation.wantedOf(sessions.map(({ guest }) => guest.agentId));
    for (const session of sessions) if (wanted.has(session.guest.agentId)) session.askForKey();
  }

  /** Says itself what fails: a notice calls it, too, and nobody waits for that. */
  private async endLost(sessions: readonly Session[]): Promise<void> {
    if (sessions.length === 0) return;
    try {
      const lost = await this.presence.lost(sessions.map(({ guest }) => guest));
      for (const session of sessions) {
        const hold = lost.get(session.guest.sessionId);
        if (hold && hold !== 'held') session.end(lostSession(hold));
      }
    } catch (error) {
      this.logger.error({ err: error }, 'Looking for lost sessions failed; trying again');
    }
  }
}
