import { randomUUID } from 'node:crypto';
import type { PostgresFixture } from '../postgres.js';
import type { SalesforceServer } from '../salesforce/server.js';
import { Account } from './salesforce-account.js';
import type { Accounted } from './salesforce-account.js';
import { fields } from './salesforce-case.js';
import type { SalesforceJob } from './salesforce-job.js';
import { ended, gone, startAgent } from './salesforce-process.js';

export interface Told extends Accounted {
  seconds: number;
  rowsPerSecond: number;
  /** Of the agent. */
  peakMiB: number;
  /** Rows that were known to be sent before the agent was killed. */
  resumed?: number;
}

/** The runs of the benchmark. Each throws where a row is not accounted for. */
export class SalesforceRuns {
  private epochs = 0;
  private readonly syncIds = new Map<string, string>();

  constructor(
    private readonly at: {
      server: SalesforceServer;
      fixture: PostgresFixture;
      bucketUrl: string;
      directory: string;
    },
  ) {}

  async first(object: string, rows: number): Promise<Told> {
    const account = this.accountOfAll(object, rows);
    const started = performance.now();
    const { report, peakMiB } = await this.run(this.jobFor(object, rows));
    const ms = performance.now() - started;
    return toldOf(account.settle(report), { ms, peakMiB });
  }

  /** Rows that were refused were set aside after their first run: what is sent is what has changed. */
  async changed(object: string, changes: number): Promise<Told> {
    const ids = (): Iterable<number> => firstGood(changes);
    const expected = { object, ids, ending: 50, firstName: 'Changed' };
    const account = new Account(this.at.server, expected);
    const started = performance.now();
    const { report, peakMiB } = await this.run(this.jobFor(object));
    const ms = performance.now() - started;
    return toldOf(account.settle(report), { ms, peakMiB });
  }

  /**
   * Agents that are killed when they upload, when they set a job going, while it runs and when they fetch its results, and
   * the one that comes to the end; times are those of all. What was refused is tried again by each, as in every run.
   */
  async killed(object: string, rows: number): Promise<Told> {
    const account = this.accountOfAll(object, rows);
    const started = performance.now();
    const job = this.jobFor(object, rows);
    job.request.quarantineAfter = 0;
    const next = (): SalesforceJob => ({ ...job, epoch: this.nextEpoch() });
    const { moods } = this.at.server;
    await this.kill(job, /^PUT .*\/batches$/);
    moods.rowsPerLook = 1000;
    await this.kill(next(), /^PATCH .*UploadComplete/);
    const jobs = await this.kill(next(), /^GET .*\/jobs\/ingest\/\w+$/);
    if (jobs === 0) throw new Error('No job was under way any more.');
    moods.rowsPerLook = undefined;
    await this.kill(next(), /^GET .*failedResults/);
    const { report, peakMiB } = await this.run(next());
    const ms = performance.now() - started;
    return { ...toldOf(account.settle(report, 'often'), { ms, peakMiB }), resumed: report.resumed };
  }

  /**
   * When Salesforce has such a request, and before it takes effect, which it does once the agent is dead. Resolves with how many jobs were being worked off.
   */
  private async kill(job: SalesforceJob, at: RegExp): Promise<number> {
    const { server, directory } = this.at;
    const request = server.hold(at);
    const agent = startAgent(job, directory);
    const isHeld = await Promise.race([request.held().then(() => true), gone(agent)]);
    if (!isHeld) throw new Error(`The agent ended before it asked for ${at.source}.`);
    const jobs = server.jobsUnderWay();
    agent.kill('SIGKILL');
    await gone(agent);
    request.release();
    return jobs;
  }

  private accountOfAll(object: string, rows: number): Account {
    const ids = (): Iterable<number> => numbers(1, rows);
    return new Account(this.at.server, { object, ids, ending: 7, firstName: 'First' });
  }

  private run(job: SalesforceJob): ReturnType<typeof ended> {
    return ended(startAgent(job, this.at.directory));
  }

  private jobFor(object: string, upTo?: number): SalesforceJob {
    const { server, fixture, bucketUrl } = this.at;
    const { clientId, clientSecret } = server.credentials;
    const where = upTo === undefined ? '' : ` where id <= ${upTo}`;
    const syncId = this.syncIds.get(object) ?? randomUUID();
    this.syncIds.set(object, syncId);
    const sql = `select * from contact${where}`;
    return {
      source: { settings: fixture.settings, secrets: fixture.secrets },
      destination: {
        settings: { loginUrl: server.url, clientId, signIn: 'clientCredentials' },
        secrets: { clientSecret },
      },
      bucketUrl,
      request: {
        syncId,
        model: { name: 'contacts', query: { sql }, primaryKey: ['id'] },
        object,
        mode: 'upsert',
        onRemoved: { action: 'nothing', set: [] },
        key: [{ field: 'ExtId__c', column: 'id' }],
        fields,
        quarantineAfter: 1,
      },
      epoch: this.nextEpoch(),
    };
  }

  private nextEpoch(): number {
    return (this.epochs += 1);
  }
}

function toldOf(accounted: Accounted, { ms, peakMiB }: { ms: number; peakMiB: number }): Told {
  return {
    ...accounted,
    seconds: Math.round(ms / 100) / 10,
    rowsPerSecond: Math.round((accounted.rows / ms) * 1000),
    peakMiB,
  };
}

function* numbers(from: number, to: number): Generator<number> {
  for (let n = from; n <= to; n += 1) yield n;
}

/** As `changeSql` chooses them. */
function* firstGood(rows: number): Generator<number> {
  for (let id = 1, left = rows; left > 0; id += 1) {
    if (id % 100 === 7) continue;
    left -= 1;
    yield id;
  }
}
