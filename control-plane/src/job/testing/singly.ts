import type { Failure, Finished, Progress } from '@drawbridge/proto';
import type { Transaction } from '../../database/database.js';
import type { JobService, LeaseStanding } from '../job.service.js';
import type { LeaseKey } from '../lease.js';
import type { LeasedJob } from '../work.js';

/** The queue as one agent sees it: what the service does for many at once, done for one. */
export interface SingleJobs {
  claim(agent: { id: string; poolId: string }, slots: number): Promise<LeasedJob[]>;
  accept(tx: Transaction, agentId: string, lease: LeaseKey): Promise<void>;
  refuse(tx: Transaction, agentId: string, lease: LeaseKey, failure: Failure): Promise<void>;
  finish(
    tx: Transaction,
    agentId: string,
    lease: LeaseKey,
    result: Finished['result'],
  ): Promise<void>;
  renew(agentId: string, leases: readonly LeaseKey[]): Promise<LeaseStanding[]>;
  unaccepted(agentId: string): Promise<LeasedJob[]>;
  progress(agentId: string, progress: Progress): Promise<void>;
  rescue(): Promise<void>;
}

export const singly = (jobs: JobService): SingleJobs => ({
  claim: ({ id, poolId }, slots) => jobs.claim(poolId, Array<string>(slots).fill(id)),
  accept: (tx, agentId, { jobId, epoch }) => jobs.accept(tx, [{ jobId, epoch, agentId }]),
  refuse: (tx, agentId, lease, failure) => jobs.refuse(tx, agentId, lease, failure),
  finish: (tx, agentId, { jobId, epoch }, result) =>
    jobs.finish(tx, [{ jobId, epoch, agentId, result }]),
  renew: (agentId, leases) => jobs.renew(agentId, leases),
  unaccepted: (agentId) => jobs.unaccepted(agentId),
  progress: (agentId, progress) => jobs.progress(agentId, progress),
  rescue: () => jobs.rescue(),
});
