import { FailureKind, type Failure, type Finished, type Progress } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import { Config } from '../config.js';
import { Database, type Transaction } from '../database/database.js';
import { Notices } from '../database/notices.js';
import type { RunEnd } from '../run/run-report.js';
import { beginRun, endRun, requeueRun } from '../run/run-row.js';
import { advanceRun } from './advance.js';
import { keepCheckResult } from './check-result.js';
import { claimJobs } from './claim.js';
import { forgetDiscoveries, keepDiscovery } from './discovery-result.js';
import { enqueueJob, type NewJob } from './enqueue.js';
import type { LeaseKey, MovedJob } from './lease.js';
import { acceptJob, finishJob, giveJobBack } from './release.js';
import { renewLeases, renewUnaccepted } from './renew.js';
import { checkResultOf, endOf, isDrained, ownProblem, progressOf } from './report.js';
import { takeExpired, type Expired } from './rescue.js';
import { leasedJobs, type LeasedJob } from './work.js';

export interface LeaseStanding extends LeaseKey {
  standing: 'current' | 'cancel' | 'not_current';
}

/**
 * The one queue. A job is queued → leased (claim) → finished, back to queued when it is refused for want of room, its
 * agent is stopped or its lease runs out, and parked when leases ran out too often. Its run moves in the same transaction. What comes with a
 * lease that is no longer current changes nothing and is no error: whoever held it was too late.
 */
@Injectable()
export class JobService {
  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
    private readonly config: Config,
  ) {}

  async enqueue(tx: Transaction, job: NewJob): Promise<string> {
    const { id } = await enqueueJob(tx, job);
    return id;
  }

  async claim(agent: { id: string; poolId: string }, slots: number): Promise<LeasedJob[]> {
    if (slots < 1) return [];
    const { leaseMs } = this.config;
    const claim = { agentId: agent.id, poolId: agent.poolId, slots, leaseMs };
    const claimed = await claimJobs(this.database, claim);
    for (const job of claimed) await this.tellRun(job);
    return leasedJobs(this.database, claimed);
  }

  /** What was offered and perhaps never heard, to be said again after a reconnect. */
  async unaccepted(agentId: string): Promise<LeasedJob[]> {
    const jobs = await renewUnaccepted(this.database, agentId, this.config.leaseMs);
    return leasedJobs(this.database, jobs);
  }

  /** One answer a lease, in the order of the question. */
  async renew(agentId: string, leases: readonly LeaseKey[]): Promise<LeaseStanding[]> {
    if (leases.length === 0) return [];
    const renewed = await renewLeases(this.database, agentId, leases, this.config.leaseMs);
    return leases.map(({ jobId, epoch }) => {
      const held = renewed.find((lease) => lease.jobId === jobId && lease.epoch === epoch);
      const standing = held ? (held.isCancelled ? 'cancel' : 'current') : 'not_current';
      return { jobId, epoch, standing };
    });
  }

  async accept(tx: Transaction, agentId: string, lease: LeaseKey): Promise<void> {
    const job = await acceptJob(tx, agentId, lease);
    if (!job?.runId) return;
    await beginRun(tx, job.runId);
    await this.tellRun(job);
  }

  /** For want of room another agent gets it at once; anything else would be refused again, so it ends here. */
  async refuse(tx: Transaction, agentId: string, lease: LeaseKey, failure: Failure): Promise<void> {
    const isForRoom = failure.kind === FailureKind.TRANSIENT;
    if (isForRoom && (await this.giveBack(tx, agentId, lease, failure.retryAfterMs))) return;
    // What was to be cancelled has nowhere to go back to.
    const kind = isForRoom ? FailureKind.CANCELLED : failure.kind;
    await this.end(tx, agentId, lease, { case: 'failure', value: { ...failure, kind } });
  }

  /** A run that its agent broke off because it is being stopped goes on elsewhere, from what was recorded. */
  async finish(
    tx: Transaction,
    agentId: string,
    lease: LeaseKey,
    result: Finished['result'],
  ): Promise<void> {
    if (isDrained(result) && (await this.giveBack(tx, agentId, lease, 0))) return;
    await this.end(tx, agentId, lease, result);
  }

  async progress(agentId: string, progress: Progress): Promise<void> {
    if (!progress.lease) return;
    const run = await advanceRun(this.database, agentId, progress.lease, progressOf(progress));
    if (run) await this.tellRun({ ...run, runId: run.id });
  }

  /** Jobs of agents that fell silent, and answers that nobody read. Any number of processes may do this at once. */
  async rescue(): Promise<void> {
    const expired = await this.database.$transaction(async (tx) => {
      const jobs = await takeExpired(tx);
      for (const job of jobs) await settleExpired(tx, job);
      return jobs;
    });
    await forgetDiscoveries(this.database);
    const queued = expired.filter(({ state }) => state === 'queued');
    for (const poolId of new Set(queued.map((job) => job.poolId)))
      await this.notices.publish({ kind: 'job_queued', poolId });
    for (const job of expired) await this.tellRun(job);
  }

  /** False when the lease is no longer current, or when the job was to be cancelled. */
  private async giveBack(
    tx: Transaction,
    agentId: string,
    lease: LeaseKey,
    waitMs: number,
  ): Promise<boolean> {
    const job = await giveJobBack(tx, agentId, lease, waitMs);
    if (!job) return false;
    if (job.runId) await requeueRun(tx, job.runId);
    await this.notices.publish({ kind: 'job_queued', poolId: job.poolId });
    await this.tellRun(job);
    return true;
  }

  private async end(
    tx: Transaction,
    agentId: string,
    lease: LeaseKey,
    result: Finished['result'],
  ): Promise<void> {
    const job = await finishJob(tx, agentId, lease);
    if (!job) return;
    if (job.runId) await endRun(tx, job.runId, endOf(result));
    else await keepAnswer(tx, job.id, result);
    await this.tellRun(job);
  }

  /** Whoever looks at the run looks again. */
  private async tellRun({ workspaceId, runId }: MovedJob | Omit<MovedJob, 'id'>): Promise<void> {
    if (runId) await this.notices.publish({ kind: 'run_updated', workspaceId, runId });
  }
}

async function keepAnswer(
  tx: Transaction,
  jobId: string,
  result: Finished['result'],
): Promise<void> {
  if (result.case === 'discovery') await keepDiscovery(tx, jobId, result.value);
  await keepCheckResult(tx, jobId, checkResultOf(result));
}

async function settleExpired(tx: Transaction, { id, runId, state }: Expired): Promise<void> {
  if (state === 'queued') return runId ? void (await requeueRun(tx, runId)) : undefined;
  const failure = ownProblem(state === 'parked' ? 'job.parked' : 'job.cancelled');
  if (!runId) return keepCheckResult(tx, id, { failure, durationMs: 0 });
  const end: RunEnd = state === 'parked' ? { state: 'failed', failure } : { state: 'cancelled' };
  await endRun(tx, runId, end);
}
