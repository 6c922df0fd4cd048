import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mood } from '@drawbridge/local/bucket/bucket.js';
import { S3Error } from '@drawbridge/local/bucket/s3-error.js';
import type { Crash } from '../../crash-point.js';
import type { SyncReport, SyncRequest } from '../../sync/sync-request.js';
import { makeRequest } from '../engine.js';
import { changeSource, extents, fillSource, randomFrom } from './changes.js';
import type { Extent } from './changes.js';
import type { Connection, DriverAnswer, DriverJob } from './driver-job.js';
import type { Ending, Frozen } from './driver-process.js';
import { crmSide, feedSide, httpSide, tableSide } from './far-side.js';
import type { FarSide } from './far-side.js';
import { inMood } from './mood.js';
import type { Scenario, Step } from './scenario.js';
import { makeSource, makeTarget, rowsIn, setRefusing } from './tables.js';
import type { RowText } from './tables.js';
import type { World } from './world.js';

/** What has become of a sync, apart from what its servers hold. */
export interface Start {
  syncId: string;
  epoch: bigint;
  theirs: ReadonlyMap<string, RowText>;
  reports: readonly SyncReport[];
  /** Of the last run that came to its end. */
  lastRunId: string;
  isRefusing: boolean;
}

/** One sync of its own on fresh tables: what it was asked, and what it told. */
export class SyncUnderTest {
  readonly reports: SyncReport[] = [];
  readonly far: FarSide;
  readonly syncId: string = crypto.randomUUID();
  theirs: ReadonlyMap<string, RowText> = new Map();
  private epoch = 0n;
  private isLater = false;
  private lastRunId = '';
  /** The destination refuses some rows. */
  isRefusing: boolean;
  private readonly chance: () => number;

  private constructor(
    readonly world: World,
    readonly scenario: Scenario,
    { seed, start }: { seed: number; start?: Start },
  ) {
    this.chance = randomFrom(seed);
    this.isRefusing = scenario.refuses ?? false;
    if (start) {
      this.syncId = start.syncId;
      this.epoch = start.epoch;
      this.theirs = start.theirs;
      this.reports.push(...start.reports);
      this.lastRunId = start.lastRunId;
      this.isRefusing = start.isRefusing;
      this.isLater = true;
    }
    this.far = farSideOf(world, scenario);
  }

  /** With everything done that comes before the run that is to be disturbed. */
  static async open(world: World, scenario: Scenario, seed: number): Promise<SyncUnderTest> {
    const sync = new SyncUnderTest(world, scenario, { seed });
    await makeSource(world.here);
    await makeTarget(world.there);
    world.inbox.clear();
    world.crm.putBack([]);
    world.feed.putBack([]);
    await fillSource(world.here, scenario.rows);
    await sync.placeTheirs();
    await setRefusing(world.there, sync.isRefusing);
    for (const step of scenario.before) await sync.take(step);
    sync.isLater = true;
    return sync;
  }

  /** Where another one has been; what the servers hold is put back by whoever asks. */
  static from(
    world: World,
    scenario: Scenario,
    from: { start: Start; seed: number },
  ): SyncUnderTest {
    return new SyncUnderTest(world, scenario, from);
  }

  start(): Start {
    const { syncId, epoch, theirs, reports, lastRunId, isRefusing } = this;
    return { syncId, epoch, theirs, reports: [...reports], lastRunId, isRefusing };
  }

  /** What the disturbed run alone is asked. */
  once(): Partial<SyncRequest> {
    const { once, undoes } = this.scenario;
    if (!undoes) return once ?? {};
    const run = { dryRun: false, full: false, rebaseline: false, verify: false };
    return { ...once, run: { ...run, undo: this.lastRunId } };
  }

  /** A run that is expected to come to its end. */
  async run(
    change: Partial<SyncRequest> = {},
    more: Partial<DriverJob> = {},
  ): Promise<DriverAnswer> {
    const ending = await this.end(change, more);
    if (ending.kind === 'killed') throw new Error('A run was killed that nobody wanted to die.');
    this.reports.push(ending.answer.report);
    return ending.answer;
  }

  /** True when the run died there; a run that does not come there ends like any other. */
  async crash(crash: Crash, change: Partial<SyncRequest> = {}): Promise<boolean> {
    const ending = await this.end(change, { crash });
    if (ending.kind === 'told') this.reports.push(ending.answer.report);
    return ending.kind === 'killed';
  }

  /** Undefined when the run was over before it came there. */
  async freeze(freeze: Crash, change: Partial<SyncRequest>): Promise<Frozen | undefined> {
    return this.world.drivers.freeze(this.jobOf(change, { freeze }));
  }

  async end(change: Partial<SyncRequest>, more: Partial<DriverJob> = {}): Promise<Ending> {
    return this.world.drivers.run(this.jobOf(change, more));
  }

  async changeSource(extent: Extent): Promise<void> {
    await changeSource(this.world.here, extent, this.chance);
  }

  /** The rows of the query, as they should arrive. */
  async wanted(): Promise<Map<string, RowText>> {
    const { sql } = this.scenario;
    const rows = await rowsIn(this.world.here, sql ? `(${sql}) as model` : 'person');
    if (this.scenario.names !== 'upper case') return rows;
    return new Map(
      [...rows].map(([id, row]) => {
        const [, name, team] = JSON.parse(row) as [string, string | null, string | null];
        return [id, JSON.stringify([id, name?.toUpperCase() ?? null, team])];
      }),
    );
  }

  async dropCache(): Promise<void> {
    await rm(this.cache, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  get folder(): string {
    return this.place('');
  }

  get cache(): string {
    return this.place('cache');
  }

  private jobOf(change: Partial<SyncRequest>, more: Partial<DriverJob>): DriverJob {
    const { world, scenario } = this;
    this.epoch += 1n;
    const { endpoint, bucket } = world.bucket;
    return {
      request: this.requestOf(change),
      source: world.source,
      destination: { name: scenario.destination, ...connectionOf(world, scenario) },
      bucket: { endpoint, bucket },
      stillMs: 30_000,
      epoch: this.epoch,
      workDir: this.place(`work-${this.epoch}`),
      cacheDir: this.cache,
      maxRows: scenario.maxRows,
      jumps: [],
      ...more,
    };
  }

  private requestOf(change: Partial<SyncRequest>): SyncRequest {
    const { scenario } = this;
    const request = makeRequest({
      ...scenario.request,
      ...(this.isLater ? scenario.later : {}),
      syncId: this.syncId,
      runId: crypto.randomUUID(),
      ...change,
    });
    this.lastRunId = request.runId;
    return request;
  }

  /** A dead process does not clear its work folder, and its successor may not mind it. */
  private place(name: string): string {
    return join(this.world.directory, 'syncs', this.syncId, name);
  }

  /** Records of somebody else: beyond all ids, or, where the mode looks at them, among the sync's own. */
  private async placeTheirs(): Promise<void> {
    const { scenario, world } = this;
    await mkdir(this.folder, { recursive: true });
    if (scenario.table === 'event' || ['salesforce', 'slack'].includes(scenario.destination))
      return;
    if (scenario.destination === 'http') {
      world.inbox.records.set('900001', JSON.stringify(['900001', 'theirs', null]));
    } else {
      const isAmong = ['update', 'create', 'replace'].includes(scenario.promise);
      const ids = isAmong ? 'generate_series(2, $1::int, 2)' : 'generate_series(900001, 900001 + $1::int % 7)'; // prettier-ignore
      await world.there.query(`insert into person select id, 'theirs ' || id from ${ids} as id`, [scenario.rows * 2]); // prettier-ignore
      await world.there.query('truncate log');
    }
    this.theirs = await this.far.records();
  }

  /** The bucket takes everything but the log. */
  private async runUnlogged(): Promise<void> {
    const mood: Mood = {
      fits: (method, key) => method === 'PUT' && key.includes('/log/changelog/'),
      times: 1_000_000,
      does: { error: new S3Error(403, 'AccessDenied', 'Access denied.') },
    };
    const { report } = await inMood(this.world.bucket, mood, () => this.run());
    if (report.outcome !== 'failed' || report.counts.sent === 0)
      throw new Error(`${this.scenario.name} has nothing to log before it begins.`);
  }

  private async take(step: Step): Promise<void> {
    if (step === 'run') await this.run();
    else if (step === 'unlogged run') await this.runUnlogged();
    else if (step === 'accept') await setRefusing(this.world.there, (this.isRefusing = false));
    else if (step === 'clear-cache') await this.dropCache();
    else if (typeof step === 'string') await this.changeSource(extents[step]);
    else if (!(await this.crash(step.crash)))
      throw new Error(`${this.scenario.name} never came to ${step.crash.point} before it began.`);
  }
}

function farSideOf({ inbox, there, crm, feed }: World, { destination, table }: Scenario): FarSide {
  switch (destination) {
    case 'postgres':
      return tableSide(there, table);
    case 'http':
      return httpSide(inbox);
    case 'salesforce':
      return crmSide(crm);
    case 'slack':
      return feedSide(feed);
  }
}

function connectionOf(
  { target, inboxUrl, crm, feed }: World,
  { destination, isBlind }: Scenario,
): Connection {
  switch (destination) {
    case 'postgres':
      return target;
    case 'http':
      return { settings: { baseUrl: inboxUrl }, secrets: {} };
    case 'salesforce':
      return crm.connection;
    case 'slack':
      return isBlind ? feed.blind : feed.connection;
  }
}
