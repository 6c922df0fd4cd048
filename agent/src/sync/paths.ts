/** Where things lie in the bucket, below the configured prefix. Made of ids and numbers only. */
export interface SyncPaths {
  head: string;
  /** Of all generations. */
  baseline: string;
  manifest(generation: number, writer: string): string;
  fingerprint(generation: number, name: string): string;
  values(generation: number, name: string): string;
  rejected(generation: number, writer: string): string;
  /** What there is of each run begins so. */
  runs: string;
  plan(runId: string, epoch: bigint, change: string): string;
  /** Fingerprint entries of a part's rows, in their order. */
  planFingerprints(runId: string, epoch: bigint, change: string): string;
  /** For what a source unloads. */
  unloaded(runId: string, epoch: bigint): string;
  approvals: string;
  /** The plan of that digest, which waits for somebody's approval. */
  approval(digest: string): string;
  acks(runId: string): string;
  ack(runId: string, epoch: bigint, number: number): string;
  error(runId: string, errorId: string): string;
  /** Of all runs. */
  changelogs: string;
  runReports: string;
  /** Everything that is logged of the changes of a run. */
  changelog(runId: string): string;
  runReport(startedAt: Date, runId: string, epoch: string): string;
  /** Records that a lookup found, for a while. */
  lookup(name: string): string;
  /** Records that a lookup made. */
  created(startedAt: Date, name: string): string;
}

export function pathsOf(ids: { workspaceId: string; syncId: string }): SyncPaths {
  const root = `v1/ws=${ids.workspaceId}/sync=${ids.syncId}`;
  const logs = `${root}/log`;
  const run = (runId: string): string => `${root}/run=${runId}`;
  return {
    head: `${root}/head.json`,
    baseline: `${root}/baseline/`,
    // The writer (run and epoch) keeps two attempts at one generation apart; the head says which of them counts.
    manifest: (generation, writer) => `${root}/baseline/manifest-${generation}-${writer}.json`,
    fingerprint: (generation, name) => `${root}/baseline/fingerprint/${generation}-${name}`,
    values: (generation, name) => `${root}/baseline/values/${generation}-${name}.parquet`,
    rejected: (generation, writer) => `${root}/baseline/rejected/${generation}-${writer}.parquet`,
    runs: `${root}/run=`,
    plan: (runId, epoch, change) => `${run(runId)}/plan/part-${epoch}-${change}.parquet`,
    planFingerprints: (runId, epoch, change) =>
      `${run(runId)}/plan/fingerprints-${epoch}-${change}`,
    unloaded: (runId, epoch) => `${run(runId)}/unloaded/${epoch}/`,
    approvals: `${root}/approval/`,
    approval: (digest) => `${root}/approval/${digest}.json`,
    acks: (runId) => `${run(runId)}/acks/`,
    ack: (runId, epoch, number) => `${run(runId)}/acks/${epoch}-${String(number).padStart(8, '0')}`,
    error: (runId, errorId) => `${run(runId)}/errors/${errorId}.json`,
    changelogs: `${logs}/changelog/`,
    runReports: `${logs}/runs/`,
    changelog: (runId) => `${logs}/changelog/run=${runId}/`,
    // Names begin with the time, so that a list of them is in the order of the runs.
    runReport: (startedAt, runId, epoch) =>
      `${logs}/runs/${basicTime(startedAt)}-${runId}-${epoch}.parquet`,
    lookup: (name) => `${root}/lookup/${name}/`,
    created: (startedAt, name) => `${logs}/created/${basicTime(startedAt)}-${name}.jsonl`,
  };
}

/** ISO 8601 without signs, to the second: `20260102T030405Z`. */
export function basicTime(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}
