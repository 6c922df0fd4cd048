import type { Transaction } from '../database/database.js';
import type { Agent } from './agent.model.js';

export interface AgentFilter {
  workspaceId: string;
  /** How long an agent may be silent and still count as online. */
  offlineMs: number;
  id?: string;
  /** Names. */
  pools?: readonly string[];
  /** Only those after it. */
  after?: EnrolledBefore;
  /** At most so many; all unless said. */
  limit?: number;
}

/** A place in the order of enrolment. */
export interface EnrolledBefore {
  createdAt: Date;
  id: string;
}

/** Agents as people see them, in the order of their enrolment. Whether one is online is judged by the database's clock. */
export function readAgents(tx: Transaction, filter: AgentFilter): Promise<Agent[]> {
  const { workspaceId, offlineMs, id = null, pools = null, after, limit = null } = filter;
  return tx.$queryRaw<Agent[]>`
    select agent.id, pool.name as pool, agent.version, agent.slots, agent."lastSeenAt",
      agent."revokedAt", agent."createdAt", presence.online, agent."rotatedAt",
      nullif(agent."policyDigest", '') as "policyDigest",
      agent."rotationRequestedAt" is not null and agent."revokedAt" is null as rotating,
      case when presence.online then agent."freeSlots" else 0 end as "freeSlots"
    from "Agent" as agent join "Pool" as pool on pool.id = agent."poolId"
    cross join lateral (
      select coalesce(agent."revokedAt" is null and agent."sessionId" is not null
        and agent."lastSeenAt" > now() - make_interval(secs => ${offlineMs}::float8 / 1000), false) as online
    ) as presence
    where agent."workspaceId" = ${workspaceId}::uuid
      and (${id}::uuid is null or agent.id = ${id}::uuid)
      and (${pools && [...pools]}::text[] is null or pool.name = any(${pools && [...pools]}::text[]))
      and (${after?.id ?? null}::uuid is null
        or (agent."createdAt", agent.id) > (${after?.createdAt ?? null}::timestamptz, ${after?.id ?? null}::uuid))
    order by agent."createdAt", agent.id limit ${limit}::bigint`;
}
