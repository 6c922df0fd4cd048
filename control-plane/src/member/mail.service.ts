import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import type { UnsentMail } from './mail.model.js';

const mostShown = 100;

/** What became of mail, as far as it was not sent: what was is nobody's to read. */
@Injectable()
export class MailService {
  constructor(private readonly database: Database) {}

  /** Of the last 30 days, newest first: the workspace's own, and what is about an account of a member. */
  async unsent({ workspaceId }: Caller): Promise<UnsentMail[]> {
    const rows = await this.database.system.outgoingMail.findMany({
      where: {
        problem: { not: null },
        OR: [{ workspaceId }, { user: { members: { some: { workspaceId } } } }],
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: mostShown,
    });
    return rows.map(({ id, kind, recipient, problem, givenUpAt, ...row }) => ({
      id,
      kind,
      to: recipient ?? '',
      problem: problem ?? '',
      attempts: row.attempts,
      createdAt: row.createdAt,
      nextAttemptAt: givenUpAt ? null : row.nextAttemptAt,
    }));
  }
}
