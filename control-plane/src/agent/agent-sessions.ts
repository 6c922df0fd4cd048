import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../database/database.js';
import { Notices } from '../database/notices.js';

/** One agent as its session needs to know it. */
export interface AgentIdentity {
  id: string;
  workspaceId: string;
  poolId: string;
  publicKey: Uint8Array;
  isRevoked: boolean;
}

export interface SessionStart {
  sessionId: string;
  bootId: string;
  version: string;
  slots: number;
}

export interface FramePlace {
  sessionId: string;
  bootId: string;
  seq: bigint;
}

/** What becomes of a numbered frame: done now, done before, one is missing before it, or said in a session that is over. */
export type FrameStanding = 'apply' | 'repeated' | 'gap' | 'stale';

type AgentKey = Pick<AgentIdentity, 'id' | 'workspaceId'>;

/**
 * The agent's side that a connection moves. An agent has one session, the newest; whatever an older one still says finds
 * that its id is no longer in the row and changes nothing.
 */
@Injectable()
export class AgentSessions {
  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
  ) {}

  async identityOf(agentId: string): Promise<AgentIdentity | undefined> {
    const row = await this.database.agent.findUnique({ where: { id: agentId } });
    if (!row) return undefined;
    const { id, workspaceId, poolId, publicKey, revokedAt } = row;
    return { id, workspaceId, poolId, publicKey, isRevoked: revokedAt !== null };
  }

  /** The highest frame of this boot that is applied; undefined when the agent was revoked meanwhile. */
  async begin(agent: AgentKey, start: SessionStart): Promise<bigint | undefined> {
    const { sessionId, bootId, version, slots } = start;
    const [row] = await this.database.$queryRaw<{ appliedSeq: bigint }[]>`
      update "Agent" set "sessionId" = ${sessionId}::uuid, version = ${version}, slots = ${slots}::int,
        "freeSlots" = ${slots}::int, "lastSeenAt" = now(), "bootId" = ${bootId}::uuid,
        "appliedSeq" = case when "bootId" = ${bootId}::uuid then "appliedSeq" else 0 end
      where id = ${agent.id}::uuid and "revokedAt" is null
      returning "appliedSeq"`;
    if (row) await this.tell(agent);
    return row?.appliedSeq;
  }

  /** False when the session is no longer the agent's. */
  async keepAlive(agent: AgentKey, sessionId: string, freeSlots: number): Promise<boolean> {
    const [row] = await this.database.$queryRaw<{ hasChanged: boolean }[]>`
      with before as (select "freeSlots" from "Agent" where id = ${agent.id}::uuid)
      update "Agent" as agent set "lastSeenAt" = now(), "freeSlots" = ${freeSlots}::int
      from before
      where agent.id = ${agent.id}::uuid and agent."sessionId" = ${sessionId}::uuid and agent."revokedAt" is null
      returning before."freeSlots" <> ${freeSlots}::int as "hasChanged"`;
    if (row?.hasChanged) await this.tell(agent);
    return row !== undefined;
  }

  async end(agent: AgentKey, sessionId: string): Promise<void> {
    const ended = await this.database.$executeRaw`
      update "Agent" set "sessionId" = null, "freeSlots" = 0
      where id = ${agent.id}::uuid and "sessionId" = ${sessionId}::uuid`;
    if (ended > 0) await this.tell(agent);
  }

  /** Those of the sessions that are no longer their agents', with the reason. */
  async ended(
    sessions: readonly { agentId: string; sessionId: string }[],
  ): Promise<{ sessionId: string; isRevoked: boolean }[]> {
    if (sessions.length === 0) return [];
    return this.database.$queryRaw<{ sessionId: string; isRevoked: boolean }[]>`
      select asked."sessionId", coalesce(agent."revokedAt" is not null, false) as "isRevoked"
      from jsonb_to_recordset(${JSON.stringify(sessions)}::jsonb) as asked("agentId" uuid, "sessionId" uuid)
      left join "Agent" as agent on agent.id = asked."agentId"
      where agent.id is null or agent."revokedAt" is not null or agent."sessionId" is distinct from asked."sessionId"`;
  }

  /** Locks the agent's row until the transaction ends, so frames of one agent are applied one after the other. */
  async advance(tx: Transaction, agentId: string, place: FramePlace): Promise<FrameStanding> {
    const { sessionId, bootId, seq } = place;
    const [row] = await tx.$queryRaw<{ appliedSeq: bigint; isCurrent: boolean }[]>`
      select "appliedSeq", coalesce("sessionId" = ${sessionId}::uuid and "bootId" = ${bootId}::uuid
        and "revokedAt" is null, false) as "isCurrent"
      from "Agent" where id = ${agentId}::uuid for update`;
    if (!row?.isCurrent) return 'stale';
    if (seq <= row.appliedSeq) return 'repeated';
    if (seq !== row.appliedSeq + 1n) return 'gap';
    await tx.$executeRaw`
      update "Agent" set "appliedSeq" = ${seq}::bigint, "lastSeenAt" = now() where id = ${agentId}::uuid`;
    return 'apply';
  }

  private async tell({ id, workspaceId }: AgentKey): Promise<void> {
    await this.notices.publish({ kind: 'agent_updated', workspaceId, agentId: id });
  }
}
