import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Database, type Transaction } from '../database/database.js';
import { Notices } from '../database/notices.js';
import { isUuid } from '../database/uuid.js';
import { approveRun } from '../run/approval-row.js';
import type { RunOptions } from '../run/run-options.js';
import { lockJobOfRun, requeueJob } from './requeue.js';

export interface ApprovedRun {
  runId: string;
  /** The plan that the person has seen. Without it whatever waits is approved. */
  planDigest?: string | null;
}

/**
 * A person's word for a plan that a guard held: running → waiting_approval → queued. The same run goes on with the same
 * job, whose epochs go on counting, so that whatever an earlier lease still says is told from this one. Its agent plans
 * anew; the approved digest is a ceiling, and what goes beyond it waits again.
 */
@Injectable()
export class ApprovalService {
  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
  ) {}

  /** Again, and after it went on, does nothing; a plan that is another one by now is refused. */
  async approve(caller: Caller, { runId, planDigest }: ApprovedRun): Promise<void> {
    const { workspaceId } = caller;
    if (!isUuid(runId)) throw runNotFound();
    const poolId = await this.database.of(workspaceId).$transaction(async (tx) => {
      // The job first, as everywhere, so that this and a cancel never wait for each other.
      const job = await lockJobOfRun(tx, workspaceId, runId);
      if (!job) return refuseUnlessApproved(tx, { workspaceId, runId }, planDigest);
      const seen = planDigest ? { planDigest } : {};
      const approved = await approveRun(tx, { workspaceId, runId, ...seen });
      if (approved === undefined)
        return refuseUnlessApproved(tx, { workspaceId, runId }, planDigest);
      await requeueJob(tx, job.id);
      await AuditService.record(tx, caller, {
        action: 'run.approve',
        subject: { kind: 'run', id: runId },
        after: { planDigest: approved },
      });
      return job.poolId;
    });
    if (poolId === undefined) return;
    await this.notices.publish({ kind: 'job_queued', poolId });
    await this.notices.publish({ kind: 'run_updated', workspaceId, runId });
  }
}

/** Returns when the same was approved before. */
async function refuseUnlessApproved(
  tx: Transaction,
  { workspaceId, runId }: { workspaceId: string; runId: string },
  planDigest: string | null | undefined,
): Promise<undefined> {
  const run = await tx.run.findFirst({ where: { id: runId, workspaceId } });
  if (!run) throw runNotFound();
  const { approvedPlan } = run.options as unknown as RunOptions;
  if (run.state === 'waiting_approval')
    throw new AppError(
      'run.plan_changed',
      'The run has planned anew since you looked, and another plan waits. Look at it, then approve that one.',
    );
  if (approvedPlan && (!planDigest || planDigest === approvedPlan)) return;
  throw new AppError(
    'run.not_waiting',
    `The run is ${run.state.replaceAll('_', ' ')}. Only a plan that waits for approval can be approved.`,
  );
}

const runNotFound = (): AppError => new AppError('run.not_found', 'There is no such run.');
