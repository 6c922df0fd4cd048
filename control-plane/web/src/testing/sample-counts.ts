import { minutesAgo, noCounts } from './sample.js';

const sumOf = (sent: number, rejected: number) => ({
  runs: 3,
  succeeded: 2,
  completedWithErrors: 0,
  failed: 1,
  cancelled: 0,
  rows: { ...noCounts, queried: sent * 10, sent, rejected },
  bucketBytes: sent * 100,
});

/** Three days, one of them without a run. */
export const sampleUsage = {
  from: '2026-11-23',
  to: '2026-11-25',
  total: sumOf(1_500, 20),
  days: [
    { day: '2026-11-23', sum: sumOf(1_000, 20) },
    { day: '2026-11-24', sum: { ...sumOf(0, 0), runs: 0, failed: 0 } },
    { day: '2026-11-25', sum: sumOf(500, 0) },
  ],
  syncs: [{ sync: 'customers-to-app', sum: sumOf(1_500, 20) }],
};

/** More than a page of them. */
export const sampleEntries = Array.from({ length: 60 }, (_, place) => ({
  id: `entry-${60 - place}`,
  workspaceId: '7f3c',
  sequence: 60 - place,
  createdAt: minutesAgo(place),
  action: 'sync.pause',
  address: '203.0.113.7',
  userAgent: null,
  before: '{"paused":false}',
  after: '{"paused":true}',
  previous: '',
  hash: '',
  actor: { kind: 'user', id: null, name: 'Ada' },
  subject: { kind: 'sync', id: null, name: 'customers-to-app' },
}));

/** One that is open, about a run. */
export const sampleAlert = () => ({
  id: 'alert-1',
  state: 'open',
  severity: 'error',
  title: 'Sync customers-to-app failed',
  text: 'Its last run failed with source.unreachable. The run says what to do.',
  rule: 'failed',
  kind: 'failed',
  times: 1,
  sync: 'customers-to-app',
  run: null,
  raisedAt: minutesAgo(12),
  seenAt: minutesAgo(12),
  resolvedAt: null,
  snoozedUntil: null as string | null,
  muted: false,
  flapping: false,
});
