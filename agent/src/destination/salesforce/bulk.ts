import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import type {
  Batch,
  BulkTarget,
  FileFormat,
  JobState,
  LastCheck,
  Load,
  OperationKind,
  Outcome,
  ResultFile,
  Target,
} from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import { nullText, rewritingFor } from './bulk-rows.js';
import { CsvRewriter } from './csv-rewriter.js';
import { jobIn, resultsOf, stateOf } from './job.js';
import type { Job } from './job.js';
import type { Org } from './org.js';
import { errorInReason, outcomeOfErrors } from './row-outcome.js';
import { outcomeOfWithheld, withheldFailure, withheldOf } from './withheld.js';
import type { Writing } from './writing.js';

const operations: Readonly<Partial<Record<OperationKind, string>>> = {
  upsert: 'upsert',
  create: 'insert',
  update: 'update',
  clear: 'update',
  set: 'update',
  archive: 'update',
  delete: 'delete',
};

/**
 * Rows by jobs of Bulk API 2.0. A job is Open until its one upload is closed by UploadComplete, and only then begins; it
 * is worked off by 10,000 rows at a time, side by side, and keeps its results for seven days.
 * https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_understanding_bulk2_ingest.htm (read 2026-11)
 */
export class Bulk implements BulkTarget {
  readonly format: FileFormat = { kind: 'csv', nullText, compression: 'none' };
  /** A daily allowance of 15,000 times 10,000 rows is shared by the org; results of more are slow to read. */
  readonly maxRows = 250_000;
  /** Salesforce takes 100 MB. NULL and empty texts are longer there than in the engine's file, the rest is not. */
  readonly maxBytes = 48 << 20;
  readonly concurrency = 2;
  private readonly uploaded = new Set<string>();
  /** Jobs that got every row of their loads. */
  private readonly whole = new Set<string>();

  constructor(
    private readonly org: Org,
    readonly batches: Target,
    private readonly of: {
      writing: Writing;
      lastCheck: LastCheck;
      changes: ReadonlySet<Batch['change']>;
    },
  ) {}

  isRepeatable(kind: OperationKind, change: Batch['change']): boolean {
    return this.batches.isRepeatable(kind, change);
  }

  /** A job finds records for update and removal by their Id alone. */
  takes(kind: OperationKind, change: Batch['change']): boolean {
    const { writing, changes } = this.of;
    const isFound = kind === 'upsert' || kind === 'create' || writing.key?.field.name === 'Id';
    return isFound && changes.has(change);
  }

  async create({ kind }: Load, signal: AbortSignal): Promise<string> {
    const { object, key } = this.of.writing;
    const job = {
      object: object.name,
      operation: operations[kind],
      ...(kind === 'upsert' && { externalIdFieldName: key?.field.name }),
      contentType: 'CSV',
      lineEnding: 'LF',
      columnDelimiter: 'COMMA',
    };
    const { lastCheck } = this.of;
    const request = {
      method: 'POST',
      path: '/jobs/ingest',
      body: JSON.stringify(job),
      lastCheck,
    } as const;
    const made = await this.org.json(request, signal).catch((error: unknown) => {
      throw unfit(error);
    });
    return jobIn(made).id;
  }

  async submit(job: string, load: Load, signal: AbortSignal): Promise<void> {
    if (!this.uploaded.has(job)) {
      await this.upload(job, load, signal);
      this.uploaded.add(job);
    }
    const { lastCheck } = this.of;
    const body = JSON.stringify({ state: 'UploadComplete' });
    await this.org
      .send({ method: 'PATCH', path: pathOf(job), body, lastCheck, isOwed: true }, signal)
      .catch((error: unknown) => this.unclosed(job, error, signal));
  }

  async look(job: string, signal: AbortSignal): Promise<JobState> {
    const found = await this.read(job, signal).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    return found ? stateOf(found, this.uploaded.has(job)) : { kind: 'gone' };
  }

  async results(
    job: string,
    load: Load,
    signal: AbortSignal,
  ): Promise<'accepted' | readonly ResultFile[]> {
    const found = await this.read(job, signal);
    const at = { org: this.org, path: pathOf(job) };
    // What an agent before this one has sent is seen by its file alone.
    const withheld = this.whole.has(job) ? undefined : await withheldOf(load, this.of.writing);
    if (!withheld) return resultsOf(found, { ...at, load }, signal);
    // Not all were taken, whatever their number.
    const told = await resultsOf(found, { ...at, load: { ...load, size: Infinity } }, signal);
    return told === 'accepted' ? told : [...told, withheld];
  }

  outcomeOf(reason: string, load: Pick<Load, 'kind' | 'change'>): Outcome {
    const key = this.of.writing.key?.name;
    const withheld = outcomeOfWithheld(reason);
    if (withheld) return withheld;
    return outcomeOfErrors([errorInReason(reason)], load, { key, detail: reason });
  }

  async abort(job: string, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify({ state: 'Aborted' });
    const request = { method: 'PATCH', path: pathOf(job), body, isOwed: true } as const;
    await this.org.send(request, signal).catch((error: unknown) => {
      // It is over by itself.
      if (!(error instanceof Failure) || error.kind !== 'REJECTED') throw error;
    });
  }

  async close(): Promise<void> {}

  private async read(job: string, signal: AbortSignal): Promise<Job> {
    return jobIn(await this.org.json({ method: 'GET', path: pathOf(job), isOwed: true }, signal));
  }

  private async upload(
    job: string,
    { kind, columns, path, size }: Load,
    signal: AbortSignal,
  ): Promise<void> {
    const { writing, lastCheck } = this.of;
    let sent = 0;
    const request = {
      method: 'PUT',
      path: `${pathOf(job)}/batches`,
      headers: { 'content-type': 'text/csv; charset=UTF-8' },
      body: (): Readable => {
        const { header, row } = rewritingFor(kind, columns, writing);
        sent = 0;
        const counted = (cells: Parameters<typeof row>[0]): string => {
          const line = row(cells);
          if (line !== '') sent += 1;
          return line;
        };
        const rewriter = new CsvRewriter({ header, row: counted });
        // Whoever reads hears of what breaks.
        return pipeline(
          createReadStream(path, { highWaterMark: 1 << 18 }),
          rewriter,
          () => undefined,
        );
      },
      lastCheck,
      isOwed: true,
    } as const;
    await this.org.send(request, signal).catch((error: unknown) => {
      if (!hasTwoUploads(error)) throw error;
    });
    if (sent === 0) throw withheldFailure();
    if (sent === size) this.whole.add(job);
  }

  /** Closed already, it goes on; uploaded to twice, because nobody knew of the first time, it never begins. */
  private async unclosed(job: string, error: unknown, signal: AbortSignal): Promise<void> {
    if (!(error instanceof Failure) || error.kind !== 'REJECTED') throw error;
    const { state } = await this.read(job, signal);
    if (state !== 'Open' && state !== 'Aborted') return;
    if (!hasTwoUploads(error)) throw error;
    await this.abort(job, signal);
    throw new Failure('TRANSIENT', 'destination.busy', 'The destination asks to try later.', {
      vendorCode: error.vendorCode,
      detail: error.detail ?? '',
    });
  }
}

/**
 * A job takes one upload, whose answer may have been lost: `Found multipe contents for job`, in Salesforce's writing.
 */
function hasTwoUploads(error: unknown): error is Failure {
  return error instanceof Failure && /\bmultip\w+ contents\b/i.test(error.detail ?? '');
}

/** The name of a job is a record's Id. */
function pathOf(job: string): string {
  if (/^[A-Za-z0-9]{15,18}$/.test(job)) return `/jobs/ingest/${job}`;
  throw new TypeError('This is no name of a job of Salesforce.');
}

function isNotFound(error: unknown): boolean {
  return error instanceof Failure && ['NOT_FOUND', '404'].includes(error.vendorCode);
}

/** Not every object can be written by jobs, and not in every org. */
function unfit(error: unknown): unknown {
  if (!(error instanceof Failure) || error.kind !== 'REJECTED') return error;
  return new Failure(
    'CONFIG',
    'destination.bulk_unfit',
    'The Bulk API can not do what this sync asks for. Set options.api to collections.',
    { vendorCode: error.vendorCode, detail: error.detail ?? '' },
  );
}
