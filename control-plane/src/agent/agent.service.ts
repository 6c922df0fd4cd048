import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Batch } from '../batch.js';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { Notices } from '../database/notices.js';
import { isUuid } from '../database/uuid.js';
import { readAgents } from './agent-row.js';
import type { Agent } from './agent.model.js';
import type { Pool } from './pool.model.js';

/** Agents and their pools, for people. */
@Injectable()
export class AgentService {
  private readonly ofPools = new Batch((caller: Caller, pools: readonly string[]) =>
    this.listOfPools(caller, pools),
  );

  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
    private readonly config: Config,
  ) {}

  async pools({ workspaceId }: Caller): Promise<Pool[]> {
    return this.database.of(workspaceId).pool.findMany({
      where: { workspaceId },
      orderBy: { name: 'asc' },
      select: { id: true, name: true, pausedAt: true },
    });
  }

  list({ workspaceId }: Caller): Promise<Agent[]> {
    return readAgents(this.database.of(workspaceId), {
      workspaceId,
      offlineMs: this.config.offlineMs,
    });
  }

  listOfPool(caller: Caller, pool: string): Promise<Agent[]> {
    return this.ofPools.of(caller, pool);
  }

  async find({ workspaceId }: Caller, id: string): Promise<Agent | undefined> {
    if (!isUuid(id)) return undefined;
    const { offlineMs } = this.config;
    const [agent] = await readAgents(this.database.of(workspaceId), { workspaceId, id, offlineMs });
    return agent;
  }

  /** For good: its key is worth nothing from now on, and its connection ends within seconds. Twice is as once. */
  async revoke(caller: Caller, id: string): Promise<Agent> {
    const { workspaceId } = caller;
    if (isUuid(id)) await this.markRevoked(caller, id);
    const agent = await this.find(caller, id);
    if (!agent) throw new AppError('agent.not_found', 'There is no such agent.');
    await this.notices.publish({ kind: 'agent_revoked', agentId: id });
    await this.notices.publish({ kind: 'agent_updated', workspaceId, agentId: id });
    return agent;
  }

  private async listOfPools({ workspaceId }: Caller, pools: readonly string[]): Promise<Agent[][]> {
    const { offlineMs } = this.config;
    const database = this.database.of(workspaceId);
    const agents = await readAgents(database, { workspaceId, pools, offlineMs });
    return pools.map((pool) => agents.filter((agent) => agent.pool === pool));
  }

  private async markRevoked(caller: Caller, id: string): Promise<void> {
    await this.database.of(caller.workspaceId).$transaction(async (tx) => {
      const revoked = await tx.$executeRaw`
        update "Agent" set "revokedAt" = now()
        where id = ${id}::uuid and "workspaceId" = ${caller.workspaceId}::uuid and "revokedAt" is null`;
      if (revoked === 0) return;
      const subject = { kind: 'agent', id };
      await AuditService.record(tx, caller, { action: 'agent.revoke', subject });
    });
  }
}

export const poolNotFound = (name: string): AppError =>
  new AppError(
    'pool.not_found',
    `There is no pool "${name}". Create an enrolment token for it and start an agent with that.`,
  );
