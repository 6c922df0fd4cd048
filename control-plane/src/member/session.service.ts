import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { Notices } from '../database/notices.js';
import type { Session } from './session.model.js';

/** Not its token, which is the cookie. */
const shown = {
  id: true,
  ipAddress: true,
  userAgent: true,
  createdAt: true,
  updatedAt: true,
  expiresAt: true,
} as const;

/** The browsers in which a person is signed in, in whatever workspace. An API key has none. */
@Injectable()
export class SessionService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly notices: Notices,
  ) {}

  async list(caller: Caller): Promise<Session[]> {
    if (caller.by !== 'session') return [];
    const rows = await this.database.system.session.findMany({
      where: {
        userId: caller.actorId,
        expiresAt: { gt: this.clock.now() },
        ...(caller.isHeld && { id: caller.sessionId ?? '' }),
      },
      select: shown,
      orderBy: { updatedAt: 'desc' },
    });
    return rows.map((row) => sessionOf(row, caller));
  }

  /** At once: the next request of that browser is nobody's. */
  async revoke(caller: Caller, id: string): Promise<Session> {
    const where = { id, userId: caller.by === 'session' ? caller.actorId : '' };
    const session = await this.database.system.$transaction(async (tx) => {
      const row = await tx.session.findFirst({ where, select: shown });
      if (!row) throw new AppError('session.not_found', 'You have no such session. It has ended.');
      await tx.session.deleteMany({ where });
      await AuditService.record(tx, caller, {
        action: 'session.revoke',
        subject: { kind: 'session', id },
      });
      return sessionOf(row, caller);
    });
    await this.notices.publish({ kind: 'access_changed' });
    return session;
  }

  async revokeOthers(caller: Caller): Promise<number> {
    const { sessionId } = caller;
    if (sessionId === undefined) return 0;
    const ended = await this.database.system.$transaction(async (tx) => {
      const others = { userId: caller.actorId, id: { not: sessionId } };
      const { count } = await tx.session.deleteMany({ where: others });
      if (count > 0)
        await AuditService.record(tx, caller, {
          action: 'session.revoke_others',
          subject: { kind: 'user', id: caller.actorId, name: caller.name },
          before: { sessions: count },
        });
      return count;
    });
    await this.notices.publish({ kind: 'access_changed' });
    return ended;
  }
}

type Row = {
  id: string;
  ipAddress: string | null;
  userAgent: string | null;
  createdAt: Date;
  updatedAt: Date;
  expiresAt: Date;
};

const sessionOf = ({ ipAddress, updatedAt, ...row }: Row, { sessionId }: Caller): Session => ({
  ...row,
  address: ipAddress || null,
  lastUsedAt: updatedAt,
  isCurrent: row.id === sessionId,
});
