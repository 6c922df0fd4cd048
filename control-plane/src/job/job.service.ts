import { FailureKind, type Failure, type Finished, type Progress } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import { Config } from '../config.js';
import { Database, type Transaction } from '../database/database.js';
import { Notices } from '../database/notices.js';
import { beginRuns, endRun, endRuns, lapseRun, requeueRun } from '../run/run-row.js';
import { advanceRun } from './advance.js';
import { keepCheckResult } from './check-result.js';
import { claimJobs, lockRunsLeft, type Claim, type ClaimedJob } from './claim.js';
import { dispatchSeconds, leasesLapsed } from './figures.js';
import { forgetDiscoveries, keepDiscovery } from './discovery-result.js';
import { enqueueJob, type NewJob } from './enqueue.js';
import type { HeldLease, LeaseKey, MovedJob } from './lease.js';
import { acceptJobs, finishJobs, giveJobBack } from './release.js';
import { renewLeases, renewUnaccepted } from './renew.js';
import { poolsWithWork } from './pools-with-work.js';
import { checkResultOf, endOf, isDrained, isWaiting, ownProblem, progressOf } from './report.js';
import { forgetFinished, takeExpired, type Expired } from './rescue.js';
import { leasedJobs, type LeasedJob } from './work.js';

/** What an agent says of a job that it has done. */
export interface FinishedJob extends HeldLease {
  result: Finished['result'];
}

export interface LeaseStanding extends LeaseKey {
  standing: 'current' | 'cancel' | 'not_current';
}

/**
 * The one queue. A job is queued → leased (claim) → gone, back to queued when it is refused for want of room, its agent is
 * stopped or its lease runs out, and parked when leases ran out too often. It is finished, and stays, when its run waits
 * for approval. Its run moves in the same transaction. What comes with a lease that is no longer current changes nothing
 * and is no error: whoever held it was too late.
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

  /** Each agent of the pool is named as often as it has free slots. */
  async claim(poolId: string, agentIds: readonly string[]): Promise<LeasedJob[]> {
    if (agentIds.length === 0) return [];
    const claim = { poolId, agentIds, leaseMs: this.config.leaseMs };
    const claimed = await claimJobs(this.database.system, claim);
    if (claimed.length === 0) claimed.push(...(await this.claimWithin(claim)));
    for (const job of claimed) await this.tellRun(job);
    return leasedJobs(claimed);
  }

  poolsWithWork(poolIds: readonly string[]): Promise<string[]> {
    return poolIds.length === 0
      ? Promise.resolve([])
      : poolsWithWork(this.database.system, poolIds);
  }

  /** What was offered and perhaps never heard, to be said again after a reconnect. */
  async unaccepted(agentId: string): Promise<LeasedJob[]> {
    const jobs = await renewUnaccepted(this.database.system, agentId, this.config.leaseMs);
    return leasedJobs(jobs);
  }

  /** One answer a lease, in the order of the question. */
  async renew(agentId: string, leases: readonly LeaseKey[]): Promise<LeaseStanding[]> {
    if (leases.length === 0) return [];
    const renewed = await renewLeases(this.database.system, agentId, leases, this.config.leaseMs);
    return leases.map(({ jobId, epoch }) => {
      const held = renewed.find((lease) => lease.jobId === jobId && lease.epoch === epoch);
      const standing = held ? (held.isCancelled ? 'cancel' : 'current') : 'not_current';
      return { jobId, epoch, standing };
    });
  }

  async accept(tx: Transaction, held: readonly HeldLease[]): Promise<void> {
    const jobs = await acceptJobs(tx, held);
    await beginRuns(tx, runIdsOf(jobs));
    for (const { waitedSeconds } of jobs) dispatchSeconds.observe(Math.max(0, waitedSeconds));
    for (const job of jobs) await this.tellRun(job);
  }

  /** For want of room another agent gets it at once; anything else would be refused again, so it ends here. */
  async refuse(tx: Transaction, agentId: string, lease: LeaseKey, failure: Failure): Promise<void> {
    const isForRoom = failure.kind === FailureKind.TRANSIENT;
    if (isForRoom && (await this.giveBack(tx, agentId, lease, failure.retryAfterMs))) return;
    // What was to be cancelled has nowhere to go back to.
    const kind = isForRoom ? FailureKind.CANCELLED : failure.kind;
    await this.end(tx, [
      { ...lease, agentId, result: { case: 'failure', value: { ...failure, kind } } },
    ]);
  }

  /** A run that its agent broke off because it is being stopped goes on elsewhere, from what was recorded. */
  async finish(tx: Transaction, finished: readonly FinishedJob[]): Promise<void> {
    const ended: FinishedJob[] = [];
    for (const job of finished)
      if (!isDrained(job.result) || !(await this.giveBack(tx, job.agentId, job, 0)))
        ended.push(job);
    if (ended.length > 0) await this.end(tx, ended);
  }

  async progress(agentId: string, progress: Progress): Promise<void> {
    if (!progress.lease) return;
    const run = await advanceRun(
      this.database.system,
      agentId,
      progress.lease,
      progressOf(progress),
    );
    if (run) await this.tellRun({ ...run, runId: run.id });
  }

  /** Jobs of agents that fell silent, and answers that nobody read. Any number of processes may do this at once. */
  async rescue(): Promise<void> {
    const expired = await this.database.system.$transaction(async (tx) => {
      const jobs = await takeExpired(tx);
      for (const job of jobs) await settleExpired(tx, job);
      return jobs;
    });
    await forgetDiscoveries(this.database.system);
    await forgetFinished(this.database.system);
    for (const { state } of expired) leasesLapsed.inc({ state });
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

  private async end(tx: Transaction, finished: readonly FinishedJob[]): Promise<void> {
    const results = new Map(finished.map(({ jobId, result }) => [jobId, result]));
    const resultOf = (job: MovedJob): Finished['result'] => results.get(job.id) ?? noResult;
    const leases = finished.map((job) => ({ ...job, isKept: isWaiting(job.result) }));
    const jobs = await finishJobs(tx, leases);
    const ending = jobs.flatMap((job) =>
      job.runId ? [{ runId: job.runId, end: endOf(resultOf(job)) }] : [],
    );
    if (ending.length > 0) await endRuns(tx, ending);
    for (const job of jobs) {
      if (!job.runId) await keepAnswer(tx, job.id, resultOf(job));
      await this.tellRun(job);
    }
  }

  private claimWithin(claim: Claim): Promise<ClaimedJob[]> {
    return this.database.system.$transaction(async (tx) => {
      const left = await lockRunsLeft(tx, claim.poolId);
      return left ? claimJobs(tx, claim, left) : [];
    });
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

async function settleExpired(tx: Transaction, job: Expired): Promise<void> {
  const { id, runId, state, agentId, leasedAt, lapsedAt } = job;
  const failure = ownProblem(state === 'parked' ? 'job.parked' : 'job.cancelled');
  if (!runId) {
    if (state !== 'queued') await keepCheckResult(tx, id, { failure, durationMs: 0 });
  } else if (state === 'finished') await endRun(tx, runId, { state: 'cancelled' });
  else {
    const parks = state === 'parked' ? failure : null;
    await lapseRun(tx, runId, { lapse: { agentId, leasedAt, lapsedAt }, parks });
  }
}

const noResult: Finished['result'] = { case: undefined };

const runIdsOf = (jobs: readonly MovedJob[]): string[] => jobs.flatMap(({ runId }) => runId ?? []);
