import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../database/database.js';
import { Notices } from '../database/notices.js';

/** What a connection must know of the agent that it claims to be. */
export interface Identity {
  agentId: string;
  workspaceId: string;
  poolId: string;
  publicKey: Uint8Array;
  /** It was made in a rotation, and has signed nothing yet. */
  nextPublicKey: Uint8Array | null;
  /** A person waits for it. */
  isKeyWanted: boolean;
  isRevoked: boolean;
}

/** One connection of one boot of an agent. */
export interface OpenSession {
  agentId: string;
  workspaceId: string;
  sessionId: string;
  bootId: string;
}

/** What becomes of a numbered frame. */
export type Turn = 'apply' | 'repeated' | 'gap' | 'stale';

/** Whether a connection is still the one that speaks for its agent. */
export type Hold = 'held' | 'replaced_by_itself' | 'replaced' | 'revoked';

/**
 * Which connection speaks for an agent, and how far its numbered frames were applied. A session is opened → seen at each
 * heartbeat → closed; a newer one of the same agent takes over at any moment, and then nothing of the older counts.
 */
@Injectable()
export class PresenceService {
  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
  ) {}

  async identity(agentId: string): Promise<Identity | undefined> {
    const agent = await this.database.system.agent.findUnique({ where: { id: agentId } });
    if (!agent) return undefined;
    const { workspaceId, poolId, publicKey, nextPublicKey, revokedAt } = agent;
    const isKeyWanted = agent.rotationRequestedAt !== null;
    const isRevoked = revokedAt !== null;
    return { agentId, workspaceId, poolId, publicKey, nextPublicKey, isKeyWanted, isRevoked };
  }

  /**
   * Answers with the highest frame of this boot whose effect is committed; undefined when the agent was revoked meanwhile.
   * A new boot counts its frames from 1 again. Nothing is free until the agent says so.
   */
  async open(
    session: OpenSession,
    { version, slots, policyDigest }: { version: string; slots: number; policyDigest: string },
  ): Promise<bigint | undefined> {
    const { agentId, sessionId, bootId } = session;
    const [opened] = await this.database.system.$queryRaw<{ appliedSeq: bigint }[]>`
      update "Agent" set "sessionId" = ${sessionId}::uuid, "bootId" = ${bootId}::uuid,
        "appliedSeq" = case when "bootId" = ${bootId}::uuid then "appliedSeq" else 0 end,
        version = ${version}, slots = ${slots}, "policyDigest" = ${policyDigest}, "freeSlots" = 0, "lastSeenAt" = now()
      where id = ${agentId}::uuid and "revokedAt" is null
      returning "appliedSeq"`;
    if (opened) await this.tell(session);
    return opened?.appliedSeq;
  }

  async seen(session: OpenSession, freeSlots: number): Promise<Hold> {
    const { agentId, sessionId } = session;
    const updated = await this.database.system.$executeRaw`
      update "Agent" set "lastSeenAt" = now(), "freeSlots" = ${freeSlots}
      where id = ${agentId}::uuid and "sessionId" = ${sessionId}::uuid and "revokedAt" is null`;
    if (updated > 0) return 'held';
    return (await this.lost([session])).get(sessionId) ?? 'replaced';
  }

  /** Those of many sessions that no longer speak for their agent, by session. */
  async lost(sessions: readonly OpenSession[]): Promise<Map<string, Hold>> {
    const ids = sessions.map(({ agentId }) => agentId);
    const agents = await this.database.system.agent.findMany({
      where: { id: { in: ids } },
      select: { id: true, sessionId: true, bootId: true, revokedAt: true },
    });
    const byId = new Map(agents.map((agent) => [agent.id, agent]));
    const holds = sessions.map((session) => ({
      sessionId: session.sessionId,
      hold: holdOf(session, byId.get(session.agentId)),
    }));
    const lost = holds.filter(({ hold }) => hold !== 'held');
    return new Map(lost.map(({ sessionId, hold }) => [sessionId, hold]));
  }

  async close(session: OpenSession): Promise<void> {
    const { agentId, sessionId } = session;
    const { count } = await this.database.system.agent.updateMany({
      where: { id: agentId, sessionId },
      data: { sessionId: null, freeSlots: 0 },
    });
    if (count > 0) await this.tell(session);
  }

  /**
   * Counts numbered frames as applied in the transaction that applies them, and holds their agents' rows until its end:
   * two connections of one agent never apply at once. Answers for each, in order.
   */
  async advance(
    tx: Transaction,
    frames: readonly { session: OpenSession; seq: bigint }[],
  ): Promise<Turn[]> {
    const moved = await tx.$queryRaw<{ sessionId: string }[]>`
      with next as (
        select agent.id, said.seq from "Agent" as agent
        join unnest(${frames.map(({ session }) => session.sessionId)}::uuid[],
          ${frames.map(({ session }) => session.agentId)}::uuid[], ${frames.map(({ session }) => session.bootId)}::uuid[],
          ${frames.map(({ seq }) => String(seq))}::text[]::bigint[]) as said (session, agent, boot, seq)
          on agent.id = said.agent and agent."sessionId" = said.session and agent."bootId" = said.boot
        where agent."revokedAt" is null and agent."appliedSeq" = said.seq - 1
        order by agent.id for no key update of agent
      )
      update "Agent" as agent set "appliedSeq" = next.seq from next where agent.id = next.id
      returning agent."sessionId"`;
    const applied = new Set(moved.map(({ sessionId }) => sessionId));
    return Promise.all(
      frames.map(({ session, seq }) =>
        applied.has(session.sessionId) ? 'apply' : this.standingOf(tx, session, seq),
      ),
    );
  }

  private async standingOf(
    tx: Transaction,
    { agentId, sessionId, bootId }: OpenSession,
    seq: bigint,
  ): Promise<Turn> {
    const agent = await tx.agent.findUnique({ where: { id: agentId } });
    if (agent?.sessionId !== sessionId || agent.bootId !== bootId || agent.revokedAt)
      return 'stale';
    return seq <= agent.appliedSeq ? 'repeated' : 'gap';
  }

  private async tell({ workspaceId, agentId }: OpenSession): Promise<void> {
    await this.notices.publish({ kind: 'agent_updated', workspaceId, agentId });
  }
}

interface HeldBy {
  sessionId: string | null;
  bootId: string | null;
  revokedAt: Date | null;
}

function holdOf(session: OpenSession, agent: HeldBy | undefined): Hold {
  if (!agent || agent.revokedAt) return 'revoked';
  if (agent.sessionId === session.sessionId) return 'held';
  return agent.bootId === session.bootId ? 'replaced_by_itself' : 'replaced';
}
