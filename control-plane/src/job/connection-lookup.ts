import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import type { Caller } from '../auth/caller.js';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { DestinationService } from '../destination/destination.service.js';
import { SourceService } from '../source/source.service.js';
import type { ConnectionInput } from './connection.model.js';
import type { AskedConnection } from './work.js';

@Injectable()
export class ConnectionLookup {
  constructor(
    private readonly sources: SourceService,
    private readonly destinations: DestinationService,
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  async find(caller: Caller, wanted: ConnectionInput): Promise<AskedConnection> {
    const { source, destination } = wanted;
    if (source && !destination)
      return { kind: 'source', name: source, entry: await this.sources.entry(caller, source) };
    if (destination && !source) {
      const entry = await this.destinations.entry(caller, destination);
      return { kind: 'destination', name: destination, entry };
    }
    throw new AppError('connection.ambiguous', 'Name either a source or a destination.');
  }

  /** Nobody should wait half a minute for an agent that isn't there, or that is given nothing. */
  async requireAgent({ workspaceId }: Caller, poolName: string): Promise<void> {
    const paused = await this.database.of(workspaceId).pool.findFirst({
      where: { workspaceId, name: poolName, pausedAt: { not: null } },
      select: { id: true },
    });
    if (paused)
      throw new AppError(
        'pool.paused',
        `The pool "${poolName}" is paused, so its agents are asked nothing. Resume it, then try again.`,
      );
    const [online] = await this.database.of(workspaceId).$queryRaw<object[]>`
      select agent.id from "Agent" as agent join "Pool" as pool on pool.id = agent."poolId"
      where pool."workspaceId" = ${workspaceId}::uuid and pool.name = ${poolName}
        and agent."revokedAt" is null and agent."sessionId" is not null
        and agent."lastSeenAt" > now() - make_interval(secs => ${this.config.offlineMs}::float8 / 1000)
      limit 1`;
    if (online) return;
    throw new AppError(
      'connection.no_agent',
      `No agent of pool "${poolName}" is online. Start one, then try again.`,
    );
  }
}
