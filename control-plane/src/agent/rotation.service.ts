import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import { Notices } from '../database/notices.js';
import type { Agent } from './agent.model.js';
import { AgentService } from './agent.service.js';
import type { OpenSession } from './presence.service.js';

/**
 * The new key of an agent: requested by a person → kept, beside the present one, when the agent has made it → present, with
 * the first hello that it signs. Until then the old key opens sessions, so that an answer that is lost locks nobody out.
 * Revoking ends both.
 */
@Injectable()
export class RotationService {
  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
    private readonly agents: AgentService,
  ) {}

  /** Twice is as once. */
  async request(caller: Caller, id: string): Promise<Agent> {
    const { workspaceId } = caller;
    const known = await this.agents.find(caller, id);
    if (!known) throw new AppError('agent.not_found', 'There is no such agent.');
    if (known.revokedAt)
      throw new AppError('agent.revoked', 'The agent was revoked. Enrol it anew instead.');
    await this.database.of(workspaceId).$transaction(async (tx) => {
      const requested = await tx.$executeRaw`
        update "Agent" set "rotationRequestedAt" = now(), "nextPublicKey" = null
        where id = ${id}::uuid and "workspaceId" = ${workspaceId}::uuid and "revokedAt" is null
          and "rotationRequestedAt" is null`;
      if (requested === 0) return;
      await AuditService.record(tx, caller, {
        action: 'agent.rotate',
        subject: { kind: 'agent', id },
      });
    });
    await this.notices.publish({ kind: 'key_wanted', agentId: id });
    await this.notices.publish({ kind: 'agent_updated', workspaceId, agentId: id });
    return (await this.agents.find(caller, id)) ?? known;
  }

  /** Of these, those that a new key is wanted of. */
  async wantedOf(agentIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (agentIds.length === 0) return new Set();
    const wanted = await this.database.system.agent.findMany({
      where: { id: { in: [...agentIds] }, rotationRequestedAt: { not: null } },
      select: { id: true },
    });
    return new Set(wanted.map(({ id }) => id));
  }

  /** False when nobody asked for it, or the session is no longer the agent's. */
  async keep({ agentId, sessionId }: OpenSession, publicKey: Uint8Array): Promise<boolean> {
    const kept = await this.database.system.$executeRaw`
      update "Agent" set "nextPublicKey" = ${publicKey}
      where id = ${agentId}::uuid and "sessionId" = ${sessionId}::uuid and "revokedAt" is null
        and "rotationRequestedAt" is not null`;
    return kept > 0;
  }

  /** The next key has signed: from now on the old one opens nothing. */
  async confirm(agent: { agentId: string; workspaceId: string }, key: Uint8Array): Promise<void> {
    const { agentId, workspaceId } = agent;
    await this.database.system.$transaction(async (tx) => {
      const moved = await tx.$executeRaw`
        update "Agent" set "publicKey" = "nextPublicKey", "nextPublicKey" = null, "rotationRequestedAt" = null,
          "rotatedAt" = now()
        where id = ${agentId}::uuid and "nextPublicKey" = ${key} and "revokedAt" is null`;
      if (moved === 0) return;
      const actor = { workspaceId, by: 'agent', name: 'agent', actorId: agentId } as const;
      await AuditService.record(tx, actor, {
        action: 'agent.rotated',
        subject: { kind: 'agent', id: agentId },
      });
    });
    await this.notices.publish({ kind: 'agent_updated', workspaceId, agentId });
  }
}
