import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { Notices } from '../database/notices.js';
import { Rounds } from '../rounds.js';
import { WakeUp } from '../wake-up.js';
import type { Caller } from './caller.js';
import { isWithin, lesserOf, roleOf, type Role } from './role.js';

/** A notice may be lost. With the statement that follows, a line ends well within the five seconds that we promise. */
const pollMs = 2_000;

interface Line {
  caller: Caller;
  end: () => void;
}

/**
 * Long lines of people and scripts, such as subscriptions. Who opened one was looked at once; a line ends when what it was
 * opened with is gone (a session, a key) or allows less by now (a member who left, a lesser role), wherever that was done.
 */
@Injectable()
export class OpenLines implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly lines = new Set<Line>();
  private readonly wakeUp = new WakeUp();
  private readonly rounds: Rounds;
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
    private readonly clock: Clock,
  ) {
    const logger = new Logger(OpenLines.name);
    this.rounds = new Rounds(clock, logger, 'Open lines were not looked at; trying again');
  }

  /** `end` is called at most once; what is answered forgets the line, once it is over. */
  hold(caller: Caller, end: () => void): () => void {
    const line = { caller, end };
    this.lines.add(line);
    return () => void this.lines.delete(line);
  }

  onApplicationBootstrap(): void {
    this.unsubscribe = this.notices.subscribe(({ kind }) => {
      if (kind === 'access_changed') this.wakeUp.call();
    });
    this.rounds.start(0, async (signal) => {
      await this.wakeUp.sleep(this.clock, pollMs, signal);
      if (!signal.aborted) await this.look();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.unsubscribe();
    await this.rounds.stop();
  }

  private async look(): Promise<void> {
    const lines = [...this.lines];
    if (lines.length === 0) return;
    const callers = lines.map(({ caller }) => caller);
    const roles = await rolesOf(this.database, callers);
    for (const [index, line] of lines.entries()) {
      const role = roles.get(index);
      if (role && isWithin(line.caller.role, role)) continue;
      if (this.lines.delete(line)) line.end();
    }
  }
}

interface Standing {
  index: number;
  keyRole: string | null;
  memberRole: string | null;
  /** A key that a person made has at most what they have. */
  isOfPerson: boolean;
}

/** What callers may do by now, by their place in the list; nothing for who is nobody any more. */
async function rolesOf(
  { system }: Database,
  callers: readonly Caller[],
): Promise<ReadonlyMap<number, Role>> {
  const held = callers.map(({ by, workspaceId, sessionId, actorId }, index) => ({
    index,
    workspaceId,
    ...(by === 'key' ? { keyId: actorId } : { sessionId }),
  }));
  const rows = await system.$queryRaw<Standing[]>`
    select held.index, key.role as "keyRole", member.role as "memberRole",
      key.id is null or key."makerId" is not null as "isOfPerson"
    from jsonb_to_recordset(${JSON.stringify(held)}::jsonb)
        as held (index int, "workspaceId" uuid, "sessionId" text, "keyId" uuid)
      left join "Session" as session on session.id = held."sessionId" and session."expiresAt" > now()
      left join "ApiKey" as key on key.id = held."keyId" and (key."expiresAt" is null or key."expiresAt" > now())
      left join "Member" as member on member."workspaceId" = held."workspaceId"
        and member."userId" = coalesce(session."userId", key."makerId")
    where session.id is not null or key.id is not null`;
  return new Map(
    rows.flatMap((row) => {
      const role = roleNow(row);
      return role ? [[row.index, role] as const] : [];
    }),
  );
}

function roleNow({ keyRole, memberRole, isOfPerson }: Standing): Role | undefined {
  const member = roleOf(memberRole ?? '');
  if (keyRole === null) return member;
  const key = roleOf(keyRole);
  if (!isOfPerson) return key;
  return key && member && lesserOf(key, member);
}
