import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Batch } from '../batch.js';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { Notices } from '../database/notices.js';
import { isUuid } from '../database/uuid.js';
import { pageByName } from '../page/page-by-name.js';
import { badCursor, cursorOf, pageOf, pageSize, placeOf } from '../page/page.js';
import type { Page, PageRequest } from '../page/page.js';
import { readAgents, type EnrolledBefore } from './agent-row.js';
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

  /** By name. */
  pools({ workspaceId }: Caller, request: PageRequest): Promise<Page<Pool>> {
    return pageByName(request, ({ where, ...range }) =>
      this.database.of(workspaceId).pool.findMany({
        where: { workspaceId, ...where },
        ...range,
        select: { id: true, name: true, pausedAt: true, pauseReason: true },
      }),
    );
  }

  /** In the order of their enrolment. */
  async page({ workspaceId }: Caller, request: PageRequest): Promise<Page<Agent>> {
    const [size, after] = [pageSize(request), enrolledIn(request.after)];
    const { offlineMs } = this.config;
    const range = { offlineMs, limit: size + 1, ...(after && { after }) };
    const agents = await readAgents(this.database.of(workspaceId), { workspaceId, ...range });
    return pageOf(agents, size, placeOfAgent);
  }

  /** The same of one pool, by its name. */
  async pageOfPool(caller: Caller, pool: string, request: PageRequest): Promise<Page<Agent>> {
    const [size, after] = [pageSize(request), enrolledIn(request.after)];
    const agents = await this.ofPools.of(caller, pool);
    return pageOf(
      after ? agents.filter((agent) => isLater(agent, after)) : agents,
      size,
      placeOfAgent,
    );
  }

  list({ workspaceId }: Caller): Promise<Agent[]> {
    return readAgents(this.database.of(workspaceId), {
      workspaceId,
      offlineMs: this.config.offlineMs,
    });
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

const placeOfAgent = ({ createdAt, id }: Agent): string => cursorOf([createdAt.toISOString(), id]);

/** Where a cursor of a list of agents points. */
function enrolledIn(after: string | null | undefined): EnrolledBefore | undefined {
  if (!after) return undefined;
  const [time = '', id = ''] = placeOf(after, 2);
  const createdAt = new Date(time);
  if (Number.isNaN(createdAt.getTime()) || !isUuid(id)) throw badCursor();
  return { createdAt, id };
}

/** As the database has them in order. */
const isLater = ({ createdAt, id }: Agent, after: EnrolledBefore): boolean =>
  createdAt > after.createdAt ||
  (createdAt.getTime() === after.createdAt.getTime() && id > after.id);

export const poolNotFound = (name: string): AppError =>
  new AppError(
    'pool.not_found',
    `There is no pool "${name}". Create an enrolment token for it and start an agent with that.`,
  );
