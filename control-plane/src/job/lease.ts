/** One leasing of a job. Whoever holds an older epoch holds nothing. */
export interface LeaseKey {
  jobId: string;
  epoch: bigint;
}

/** What every statement needs to know of a job that it moved. */
export interface MovedJob {
  id: string;
  workspaceId: string;
  runId: string | null;
}

/** An agent's word about a lease that it holds. */
export interface HeldLease extends LeaseKey {
  agentId: string;
}
