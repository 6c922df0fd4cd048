import { EventEmitter, on } from 'node:events';
import { GraphQLError } from 'graphql';
import { fakeListing } from './fake-listing.js';
import type { DiscoverWish } from './fake-listing.js';
import { movedRun, queuedRun, reportCount } from './moving-run.js';
import { sampleAlert } from './sample-counts.js';
import { agentId, failedRun, makeRun, minutesAgo, rejectedRun, undoingRun } from './sample.js';
import { sampleChannels } from './fake-channels.js';
import { sampleKeys } from './fake-keys.js';
import { sampleDestinations, samplePools } from './fake-pauses.js';
import { sampleVersions } from './fake-versions.js';
import type { SampleOptions, SampleRun } from './sample.js';

/** What StartRunInput may hold. */
export interface WantedRun extends Partial<SampleOptions> {
  sync: string;
  dryRun?: boolean;
  backfill?: boolean;
  fromNowOn?: boolean;
}

/** What the fake server knows, for tests to set and to look at. */
export class FakeState {
  readonly email = 'owner@example.com';
  readonly password = 'correct horse battery';
  /** Of whoever is signed in. */
  role = 'owner';
  readonly token = `dbe_${'k3Jt9'.repeat(8)}abc`;
  readonly sessions = new Set<string>();
  readonly started: WantedRun[] = [];
  readonly approved: object[] = [];
  syncs = sampleSyncs();
  runs: SampleRun[] = sampleRuns();
  agents = sampleAgents();
  readonly alert = sampleAlert();
  readonly keys = sampleKeys();
  readonly channels = sampleChannels();
  pools = samplePools();
  destinations = sampleDestinations();
  versions = sampleVersions();
  /** Questions and sockets are cut off without an answer, as by a server that restarts. */
  isDown = false;
  /** Sockets are refused, as by a proxy that does not know them. */
  refusesSockets = false;
  /** What the next wish for a run is refused with, once. */
  refusal: { code: string; message: string } | undefined;
  /** News that went out over sockets. */
  told = 0;
  private readonly news = new EventEmitter().setMaxListeners(100);
  private steps = 0;

  /** Every look into a connection. */
  readonly looks: DiscoverWish[] = [];
  /** Why agents can not tell what is in a connection. */
  discoveryFailure: { code: string; title: string; advice: string } | undefined;

  discover(wish: DiscoverWish) {
    this.refuseOnce();
    this.looks.push(wish);
    if (!this.discoveryFailure) return fakeListing(wish);
    const failure = { ...this.discoveryFailure, vendorCode: '', count: 1, errorId: '' };
    return { entries: [], isCutOff: false, failure };
  }

  get liveRun(): SampleRun | undefined {
    return this.runs.find(({ finishedAt }) => finishedAt === null);
  }

  start(input: WantedRun): SampleRun {
    this.refuseOnce();
    this.started.push(input);
    this.steps = 0;
    const id = `0c9e6679-7425-40de-944b-${String(this.started.length).padStart(12, '0')}`;
    const { sync, dryRun = false, backfill, fromNowOn, ...options } = input;
    const mappingChange = backfill ? 'backfill' : fromNowOn ? 'from-now-on' : null;
    const queued = queuedRun(id, sync, dryRun);
    const run = { ...queued, options: { ...queued.options, ...options, mappingChange } };
    this.runs.unshift(run);
    return run;
  }

  /** The live run gives its next report; one that was asked to stop gives its last. */
  step(): void {
    const run = this.liveRun;
    if (!run || this.steps >= reportCount) return;
    const stopped = { ...run, state: 'cancelled', finishedAt: minutesAgo(0) };
    this.replace(run.cancelRequestedAt ? stopped : movedRun(run, this.steps));
    this.steps += 1;
  }

  cancel(id: string): SampleRun {
    const run = this.runs.find((one) => one.id === id && !one.finishedAt);
    if (!run) throw new GraphQLError('This run is over.', { extensions: { code: 'run.not_live' } });
    return this.replace({ ...run, cancelRequestedAt: minutesAgo(0) });
  }

  /** As the server does: the plan that was looked at, or nothing. */
  approve({ runId, planDigest }: { runId: string; planDigest: string | null }): SampleRun {
    const run = this.runs.find(({ id }) => id === runId);
    if (run?.state !== 'waiting_approval' || run.planDigest !== planDigest)
      throw new GraphQLError('The run has planned anew since you looked, and another plan waits.', {
        extensions: { code: 'run.plan_changed' },
      });
    const approvals = [{ by: 'Ada', planDigest: planDigest ?? '', createdAt: minutesAgo(0) }];
    this.approved.push({ runId, planDigest });
    return this.replace({ ...run, state: 'queued', phase: null, waitingSince: null, approvals });
  }

  release(id: string): SampleRun {
    const run = this.runs.find((one) => one.id === id);
    if (run?.state !== 'parked')
      throw new GraphQLError('Only a run that is parked can be released.', {
        extensions: { code: 'run.not_parked' },
      });
    return this.replace({ ...run, state: 'queued', waitingSince: null });
  }

  revoke(id: string): (typeof this.agents)[number] | undefined {
    const agent = this.agents.find((one) => one.id === id);
    if (agent) Object.assign(agent, { revokedAt: minutesAgo(0), online: false });
    return agent;
  }

  async *updates(id: string): AsyncGenerator<{ runUpdated: SampleRun }> {
    for await (const [run] of on(this.news, 'run') as AsyncIterable<[SampleRun]>)
      if (run.id === id) {
        this.told += 1;
        yield { runUpdated: run };
      }
  }

  async *agentUpdates(): AsyncGenerator<{ agentUpdated: object }> {
    for await (const [agent] of on(this.news, 'agent') as AsyncIterable<[object]>)
      yield { agentUpdated: agent };
  }

  private refuseOnce(): void {
    const live = { code: 'run.already_live', message: 'A run of this sync is under way.' };
    const refusal = this.refusal ?? (this.liveRun && live);
    this.refusal = undefined;
    if (refusal) throw new GraphQLError(refusal.message, { extensions: { code: refusal.code } });
  }

  private replace(run: SampleRun): SampleRun {
    this.runs = this.runs.map((one) => (one.id === run.id ? run : one));
    this.news.emit('run', run);
    return run;
  }
}

function sampleSyncs() {
  const shared = {
    version: 3,
    onRemoved: 'delete',
    pausedAt: null as string | null,
    pauseReason: null as string | null,
    schedule: {
      crons: ['*/15 * * * *'],
      jitter: null,
      within: null,
      except: null,
      after: null,
      when: null,
      timezone: 'Europe/Berlin',
      every: null,
      manual: false,
    } as {
      crons: string[] | null;
      jitter: string | null;
      timezone: string | null;
      every: string | null;
      manual: boolean;
    },
    nextRunAt: minutesAgo(-8) as string | null,
    mode: 'mirror',
    guards: [
      { name: 'changed', rows: 5_000, percent: 25, action: 'approve' },
      { name: 'removed', rows: 10, percent: 10, action: 'withhold' },
    ],
    emptyResult: 'stop',
    firstRun: 'send',
    uncertain: 'hold',
    snapshots: 'full',
    quarantineAfter: 5 as number | null,
    mappingChange: 'backfill',
    priority: 'normal',
    model: {
      id: 'm1',
      name: 'active-customers',
      source: 'warehouse',
      primaryKey: ['customer_id'],
      duplicates: 'invalid',
      orderBy: [] as string[],
      sql: 'select customer_id, email, plan, company_domain, mrr\nfrom marts.customers\nwhere active\n',
      table: null as string | null,
    },
    key: [{ field: 'external_id', column: 'customer_id' }],
    fields: [
      { field: 'email', kind: 'column', text: 'email', nulls: 'send' },
      { field: 'plan', kind: 'template', text: '{{ plan | upcase }}', nulls: 'send' },
      { field: 'origin', kind: 'constant', text: 'drawbridge', nulls: 'send' },
      { field: 'synced_at', kind: 'metadata', text: 'run_started_at', nulls: 'send' },
      { field: 'mrr', kind: 'column', text: 'mrr', nulls: 'omit' },
    ],
  };
  const to = (name: string, type: string) => ({
    id: name,
    name,
    type,
    pool: 'default',
    pausedAt: null as string | null,
    pauseReason: null as string | null,
  });
  return [
    {
      ...shared,
      id: 's1',
      name: 'customers-to-app',
      destination: to('app-db', 'postgres'),
      object: 'public.customers',
    },
    {
      ...shared,
      id: 's2',
      name: 'accounts-to-crm',
      mode: 'upsert',
      destination: to('crm', 'http'),
      object: 'accounts',
      schedule: {
        crons: null,
        jitter: null,
        within: null,
        except: null,
        after: null,
        when: null,
        timezone: null,
        every: '1h',
        manual: false,
      },
      nextRunAt: minutesAgo(-43),
      model: {
        ...shared.model,
        id: 'm2',
        name: 'accounts',
        sql: null as unknown as string,
        table: 'marts.accounts',
      },
    },
    {
      ...shared,
      id: 's3',
      name: 'invoices-to-billing',
      destination: to('billing', 'http'),
      object: 'invoices',
      nextRunAt: minutesAgo(-60 * 26),
    },
    {
      ...shared,
      id: 's4',
      name: 'product-usage-daily-rollup-to-the-customer-success-workspace',
      mode: 'append',
      guards: [],
      emptyResult: 'allow',
      destination: to('app-db', 'postgres'),
      object: 'analytics.product_usage_daily_rollup_by_account',
      schedule: {
        crons: null,
        jitter: null,
        within: null,
        except: null,
        after: null,
        when: null,
        timezone: null,
        every: null,
        manual: true,
      },
      nextRunAt: null,
    },
  ];
}

function sampleRuns(): SampleRun[] {
  const earlier = Array.from({ length: 30 }, (_, index) =>
    makeRun({
      id: `7c9e6679-7425-40de-944b-${String(index).padStart(12, '0')}`,
      sync: 'customers-to-app',
      createdAt: minutesAgo(7 + 15 * index),
      startedAt: minutesAgo(6.98 + 15 * index),
      finishedAt: minutesAgo(6.78 + 15 * index),
    }),
  );
  return [...earlier, rejectedRun, failedRun, undoingRun];
}

const sampleAgents = () => [
  {
    id: agentId,
    pool: 'default',
    version: '0.1.0',
    online: true,
    slots: 4,
    freeSlots: 3,
    lastSeenAt: minutesAgo(0.1),
    revokedAt: null as string | null,
    createdAt: minutesAgo(60 * 24 * 9),
    policyDigest: 'ef'.repeat(32) as string | null,
  },
  {
    id: '88aa4c2e-5a30-4a8e-9b54-3f6f1d8f5a10',
    pool: 'default',
    version: '0.1.0',
    online: false,
    slots: 4,
    freeSlots: 0,
    lastSeenAt: minutesAgo(190),
    revokedAt: null,
    createdAt: minutesAgo(60 * 24 * 3),
    policyDigest: null,
  },
];
