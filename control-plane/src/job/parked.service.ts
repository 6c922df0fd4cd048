import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Database, type Transaction } from '../database/database.js';
import { Notices } from '../database/notices.js';
import { isUuid } from '../database/uuid.js';
import { releaseParkedRun } from '../run/approval-row.js';
import { isOver, type RunState } from '../run/run-state.js';
import { lockJobOfRun, requeueJob } from './requeue.js';

/**
 * A person's word for a run that was set aside because its agents fell silent: parked → queued. It goes on with the same
 * job, whose epochs go on counting, and has all its tries again.
 */
@Injectable()
export class ParkedService {
  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
  ) {}

  /** Again, while the run is under way, does nothing. */
  async release(caller: Caller, runId: string): Promise<void> {
    const { workspaceId } = caller;
    if (!isUuid(runId)) throw runNotFound();
    const poolId = await this.database.of(workspaceId).$transaction(async (tx) => {
      // The job first, as everywhere, so that this and a cancel never wait for each other.
      const job = await lockJobOfRun(tx, workspaceId, runId);
      if (!job || !(await releaseParkedRun(tx, workspaceId, runId)))
        return refuseUnlessReleased(tx, workspaceId, runId);
      await requeueJob(tx, job.id);
      const subject = { kind: 'run', id: runId };
      await AuditService.record(tx, caller, { action: 'run.release', subject });
      return job.poolId;
    });
    if (poolId === undefined) return;
    await this.notices.publish({ kind: 'job_queued', poolId });
    await this.notices.publish({ kind: 'run_updated', workspaceId, runId });
  }
}

async function refuseUnlessReleased(
  tx: Transaction,
  workspaceId: string,
  runId: string,
): Promise<undefined> {
  const run = await tx.run.findFirst({
    where: { id: runId, workspaceId },
    select: { state: true, lapses: true },
  });
  if (!run) throw runNotFound();
  const state = run.state as RunState;
  if (run.lapses !== null && !isOver(state) && state !== 'waiting_approval') return;
  throw new AppError(
    'run.not_parked',
    `The run is ${state.replaceAll('_', ' ')}. Only a run that is parked can be released.`,
  );
}

const runNotFound = (): AppError => new AppError('run.not_found', 'There is no such run.');
