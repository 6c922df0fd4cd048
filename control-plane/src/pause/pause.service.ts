import { Injectable } from '@nestjs/common';
import { poolNotFound } from '../agent/agent.service.js';
import type { Pool } from '../agent/pool.model.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Database, type Transaction } from '../database/database.js';
import { Notices } from '../database/notices.js';
import type { Destination } from '../destination/destination.model.js';
import { destinationNotFound, destinationOf } from '../destination/destination.service.js';
import { pauseReasonOf } from '../sync/pause-reason.js';
import type { PauseDestinationInput, PausePoolInput } from './pause.model.js';
import { poolsThatWaitFor, setDestinationPause, setPoolPause } from './pause-row.js';

/**
 * Stops what begins at a pool or at a destination, until it is resumed. A pool that is paused is given nothing: runs wait
 * in its queue. Runs to a destination that is paused wait as well, its syncs' schedules keep their slots, and nobody starts
 * one by hand. What is under way goes on to its end. Again, either does nothing.
 */
@Injectable()
export class PauseService {
  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
  ) {}

  async setPool(caller: Caller, input: PausePoolInput, paused: boolean): Promise<Pool> {
    const { workspaceId } = caller;
    const name = input.pool;
    const reason = pauseReasonOf(input, paused);
    const { pool, isMoved } = await this.database.of(workspaceId).$transaction(async (tx) => {
      const id = await setPoolPause(tx, { workspaceId, name, paused, reason });
      const found = await tx.pool.findUnique({
        where: { workspaceId_name: { workspaceId, name } },
        select: { id: true, name: true, pausedAt: true, pauseReason: true },
      });
      if (!found) throw poolNotFound(name);
      if (id !== undefined) await record(tx, caller, { kind: 'pool', id, name, paused, reason });
      return { pool: found, isMoved: id !== undefined };
    });
    if (isMoved && !paused) await this.wake([pool.id]);
    return pool;
  }

  async setDestination(
    caller: Caller,
    input: PauseDestinationInput,
    paused: boolean,
  ): Promise<Destination> {
    const { workspaceId } = caller;
    const name = input.destination;
    const reason = pauseReasonOf(input, paused);
    const { destination, poolIds } = await this.database
      .of(workspaceId)
      .$transaction(async (tx) => {
        const id = await setDestinationPause(tx, { workspaceId, name, paused, reason });
        const found = await tx.destination.findUnique({
          where: { workspaceId_name: { workspaceId, name } },
        });
        if (!found) throw destinationNotFound(name);
        if (id !== undefined)
          await record(tx, caller, { kind: 'destination', id, name, paused, reason });
        const waiting = id === undefined || paused ? [] : await poolsThatWaitFor(tx, id);
        return { destination: destinationOf(found), poolIds: waiting };
      });
    await this.wake(poolIds);
    return destination;
  }

  /** Agents come for what may go on. */
  private async wake(poolIds: readonly string[]): Promise<void> {
    for (const poolId of poolIds) await this.notices.publish({ kind: 'job_queued', poolId });
  }
}

interface Paused {
  kind: 'pool' | 'destination';
  id: string;
  name: string;
  paused: boolean;
  reason: string | null;
}

function record(
  tx: Transaction,
  caller: Caller,
  { kind, id, name, paused, reason }: Paused,
): Promise<void> {
  return AuditService.record(tx, caller, {
    action: `${kind}.${paused ? 'pause' : 'resume'}`,
    subject: { kind, id, name },
    before: { paused: !paused },
    after: { paused, ...(reason !== null && { reason }) },
  });
}
