import { Prisma, type DatabaseClient } from '../database/database.js';
import { EventService } from '../event/event.service.js';

interface Turned {
  workspaceId: string;
  agentId: string;
  poolId: string;
  presence: 'online' | 'offline';
  isRevoked: boolean;
}

/**
 * Says of agents that they have come or gone, once for each turn. An agent that connects again within `offlineMs` was not
 * gone: a replica that restarts, or a line that breaks, is no news.
 */
export async function tellPresence(database: DatabaseClient, offlineMs: number): Promise<void> {
  await database.$transaction(async (tx) => {
    const turned = await tx.$queryRaw<Turned[]>`
      with turned as (
        select id, ${isHere(offlineMs)} as here from "Agent"
        where (presence = 'online') <> ${isHere(offlineMs)}
        order by id for no key update skip locked
      )
      update "Agent" as agent set presence = case when turned.here then 'online' else 'offline' end
      from turned where agent.id = turned.id
      returning agent."workspaceId", agent.id as "agentId", agent."poolId", agent.presence,
        agent."revokedAt" is not null as "isRevoked"`;
    await EventService.emit(
      tx,
      turned.map(({ presence, isRevoked, ...about }) =>
        presence === 'online'
          ? { kind: 'agent.online', ...about, detail: {} }
          : {
              kind: 'agent.offline',
              ...about,
              detail: { reason: isRevoked ? 'revoked' : 'silent' },
            },
      ),
    );
  });
}

/** One that has left in order counts as here until it has been silent for as long as any other. */
const isHere = (offlineMs: number): Prisma.Sql => Prisma.sql`(
  "revokedAt" is null and (presence = 'online' or "sessionId" is not null)
  and coalesce("lastSeenAt" > now() - make_interval(secs => ${offlineMs}::float8 / 1000), false))`;
