import type { Counts } from '../run/count-sums.js';
import type { PhaseTimes } from '../run/phase.js';

export interface SampleRun {
  id: string;
  sync: string;
  version: number;
  state: string;
  trigger: string;
  agent: string | null;
  phase: string | null;
  dryRun: boolean;
  counts: Counts;
  phases: PhaseTimes;
  planned: number;
  rowsPerSecond: number | null;
  remainingMs: number | null;
  planDigest: string | null;
  policyDigest: string | null;
  heldBy: string[];
  waitingSince: string | null;
  lapses: { agent: string; leasedAt: string; lapsedAt: string }[];
  resumed: number;
  resentForMapping: number;
  options: SampleOptions;
  approvals: { by: string; planDigest: string; createdAt: string }[];
  errors: SampleError[];
  failure: SampleError | null;
  baseline: object | null;
  peakBytes: number | null;
  bucketBytes: number | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  cancelRequestedAt: string | null;
}

export interface SampleOptions {
  full: boolean;
  rebaseline: boolean;
  verify: boolean;
  canary: number | null;
  onlyRejected: boolean;
  undo: string | null;
  acceptTypes: boolean;
  mappingChange: string | null;
}

export interface SampleError {
  code: string;
  vendorCode: string;
  count: number;
  errorId: string;
  title: string | null;
  advice: string | null;
}

export const noCounts: Counts = {
  queried: 0,
  unchanged: 0,
  added: 0,
  changed: 0,
  removed: 0,
  invalid: 0,
  sent: 0,
  skipped: 0,
  rejected: 0,
  withheld: 0,
  pending: 0,
  uncertain: 0,
};

export const noPhases: PhaseTimes = {
  queryMs: 0,
  snapshotMs: 0,
  diffMs: 0,
  planMs: 0,
  deliverMs: 0,
  recordMs: 0,
};

export const noOptions: SampleOptions = {
  full: false,
  rebaseline: false,
  verify: false,
  canary: null,
  onlyRejected: false,
  undo: null,
  acceptTypes: false,
  mappingChange: null,
};

export const agentId = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';

export const baseline = {
  generation: 41,
  key: 'v1/ws=7f3c/sync=2c1d/baseline/manifest-41.json',
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  rows: 1_204_339,
  bytes: 148_734_211,
};

export const parkedLapses = () =>
  [40, 30, 20, 10].map((minutes) => ({
    agent: agentId,
    leasedAt: minutesAgo(minutes),
    lapsedAt: minutesAgo(minutes - 5),
  }));

export const minutesAgo = (minutes: number): string =>
  new Date(Date.now() - minutes * 60_000).toISOString();

/** A run that went well, unless `parts` say otherwise. */
export function makeRun(parts: Partial<SampleRun> & { id: string; sync: string }): SampleRun {
  return {
    version: 3,
    state: 'succeeded',
    trigger: 'schedule',
    agent: agentId,
    phase: 'record',
    dryRun: false,
    counts: {
      ...noCounts,
      queried: 1_204_339,
      unchanged: 1_203_135,
      added: 214,
      changed: 990,
      removed: 37,
      sent: 1_241,
    },
    phases: {
      queryMs: 3_120,
      snapshotMs: 4_870,
      diffMs: 912,
      planMs: 88,
      deliverMs: 2_310,
      recordMs: 415,
    },
    planned: 1_241,
    rowsPerSecond: null,
    remainingMs: null,
    planDigest: null,
    heldBy: [],
    waitingSince: null,
    lapses: [],
    resumed: 0,
    resentForMapping: 0,
    policyDigest: 'ef'.repeat(32),
    options: noOptions,
    approvals: [],
    errors: [],
    failure: null,
    baseline,
    peakBytes: 312_475_648,
    bucketBytes: 1_893_224,
    createdAt: minutesAgo(7),
    startedAt: minutesAgo(6.98),
    finishedAt: minutesAgo(6.78),
    cancelRequestedAt: null,
    ...parts,
  };
}

export const rejectedRun = makeRun({
  id: '5a1d0c0e-8f49-4a34-9c3a-1f9b6f8f0001',
  sync: 'accounts-to-crm',
  state: 'completed_with_errors',
  trigger: 'ui',
  counts: {
    ...noCounts,
    queried: 48_210,
    unchanged: 47_002,
    added: 902,
    changed: 303,
    removed: 64,
    invalid: 3,
    sent: 1_188,
    rejected: 17,
    withheld: 64,
  },
  planned: 1_205,
  errors: [
    {
      code: 'destination.rejected',
      vendorCode: '23505',
      count: 17,
      errorId: 'e-7c1f',
      title: 'A value that must be unique is taken',
      advice:
        'Another record already has this value in a unique field. Map the field to the sync’s key, or correct the rows in the warehouse.',
    },
    {
      code: 'source.null_key',
      vendorCode: '',
      count: 3,
      errorId: 'e-7c20',
      title: 'Rows without a key',
      advice: 'The primary key of the model is NULL in these rows. Leave them out of the query.',
    },
  ],
  createdAt: minutesAgo(64),
  startedAt: minutesAgo(63.9),
  finishedAt: minutesAgo(63.5),
});

export const failedRun = makeRun({
  id: '5a1d0c0e-8f49-4a34-9c3a-1f9b6f8f0002',
  sync: 'invoices-to-billing',
  state: 'failed',
  phase: 'query',
  counts: noCounts,
  phases: { ...noPhases, queryMs: 412 },
  planned: 0,
  failure: {
    code: 'source.auth_failed',
    vendorCode: '28P01',
    count: 1,
    errorId: 'e-19aa',
    title: 'The source refused the password',
    advice:
      'Correct the secret that the source names, on the agent’s machine. It is read again by the next run.',
  },
  baseline: null,
  createdAt: minutesAgo(1_510),
  startedAt: minutesAgo(1_510),
  finishedAt: minutesAgo(1_509.9),
});

export const heldRun = makeRun({
  id: '5a1d0c0e-8f49-4a34-9c3a-1f9b6f8f0003',
  sync: 'invoices-to-billing',
  state: 'waiting_approval',
  phase: 'plan',
  counts: {
    ...noCounts,
    queried: 48_210,
    unchanged: 48_207,
    added: 3,
    removed: 12_034,
    withheld: 12_034,
    pending: 3,
  },
  phases: { ...noPhases, queryMs: 1_412, snapshotMs: 902, diffMs: 88, planMs: 41 },
  planned: 0,
  planDigest: 'ab'.repeat(32),
  heldBy: ['removed'],
  waitingSince: minutesAgo(42),
  createdAt: minutesAgo(43),
  startedAt: minutesAgo(42.9),
  finishedAt: null,
});

export const undoingRun = makeRun({
  id: '5a1d0c0e-8f49-4a34-9c3a-1f9b6f8f0004',
  sync: 'accounts-to-crm',
  trigger: 'ui',
  options: { ...noOptions, undo: rejectedRun.id, canary: 100 },
  approvals: [{ by: 'Ada', planDigest: 'cd'.repeat(32), createdAt: minutesAgo(20) }],
  resumed: 400,
  resentForMapping: 12,
  createdAt: minutesAgo(30),
  startedAt: minutesAgo(29.9),
  finishedAt: minutesAgo(19),
});
