// A job of Bulk API 2.0: Open → UploadComplete → InProgress → JobComplete or Failed; Aborted from any but the last two.
// What is in it is written only after UploadComplete, by 10,000 rows at a time, in an order that is not the file's.
import { isUtf8 } from 'node:buffer';
import { changeOfCsv, columnOfHeader } from './change.js';
import type { Column } from './change.js';
import { BadCsv, CsvReader } from './csv.js';
import type { Dialect } from './csv.js';
import type { Moods } from './moods.js';
import type { Org } from './org.js';
import { Refusal } from './refusal.js';
import { chunkRows } from './save.js';
import type { Operation } from './operation.js';
import type { Saved, Saver, Saving } from './save.js';
import type { Field, SObject } from './schema.js';

export type JobState =
  'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';

export interface JobSetting extends Dialect {
  id: string;
  operation: Operation;
  object: SObject;
  externalIdFieldName: string | undefined;
  /** The field of that name; undefined is `Id`. */
  by: Field | undefined;
  apiVersion: string;
  createdMs: number;
  createdById: string;
}

/** Rows that Salesforce takes in hand at once. */
const batchRows = 10_000;
/** By the guide's table of limits. */
const maxFieldCharacters = 131_072;
const maxRowCharacters = 400_000;

export class Job {
  state: JobState = 'Open';
  errorMessage: string | undefined;
  upload: Buffer | undefined;
  processed = 0;
  failed = 0;
  /** Where each line begins in the upload. */
  readonly starts: number[] = [];
  /** What became of each: undefined as long as nothing did. */
  readonly outcomes: (Saved | Refusal | undefined)[] = [];
  columns: { header: string; column: Column }[] = [];

  constructor(readonly setting: JobSetting) {}

  get isOver(): boolean {
    return this.state === 'JobComplete' || this.state === 'Failed' || this.state === 'Aborted';
  }

  fail(message: string): void {
    this.state = 'Failed';
    this.errorMessage = message;
  }

  reader(): CsvReader {
    return new CsvReader(this.upload ?? Buffer.alloc(0), this.setting);
  }
}

export interface JobTools {
  org: Org;
  saver: Saver;
  moods: Moods;
}

/** Begins the job, and does all of it unless rows are only done at looks. */
export function startJob(job: Job, tools: JobTools): void {
  job.state = 'UploadComplete';
  const failure = tools.moods.jobFailures.shift();
  const isSlow = tools.moods.rowsPerLook !== undefined;
  const run = { job, tools, failure, isSlow, isRead: false };
  runs.set(job, run);
  tools.saver.traffic.jobs += 1;
  if (!isSlow) setImmediate(() => proceed(run));
}

interface JobRun {
  job: Job;
  tools: JobTools;
  failure: Moods['jobFailures'][number] | undefined;
  /** Does something at looks only. */
  isSlow: boolean;
  isRead: boolean;
}

const runs = new WeakMap<Job, JobRun>();

/** Ends it; what is done stays done. */
export function abortJob(job: Job): void {
  job.state = 'Aborted';
  const run = runs.get(job);
  if (run) end(run);
}

/** What a look at the job brings about: the first one that it is in progress, each further one some of its rows. */
export function lookAtJob(job: Job): void {
  const run = runs.get(job);
  if (!run?.isSlow) return;
  const rows = run.tools.moods.rowsPerLook;
  if (rows !== undefined) return step(run, rows);
  run.isSlow = false;
  proceed(run);
}

function proceed(run: JobRun): void {
  if (!runs.has(run.job)) return;
  step(run, batchRows);
  if (!run.job.isOver) setImmediate(() => proceed(run));
}

function step(run: JobRun, rows: number): void {
  if (run.isRead) advance(run, rows);
  else read(run);
  if (run.job.isOver) end(run);
}

function end({ job, tools }: JobRun): void {
  runs.delete(job);
  tools.saver.traffic.jobs -= 1;
}

function read(run: JobRun): void {
  run.isRead = true;
  run.job.state = 'InProgress';
  asBadCsv(run.job, () => {
    if (!isUtf8(run.job.upload!)) throw new BadCsv('InvalidBatch : The upload is not in UTF-8.');
    const reader = run.job.reader();
    readHeader(run, reader.isAtEnd ? [] : reader.next());
    while (!reader.isAtEnd) {
      const { at } = reader;
      run.job.starts.push(at);
      if (reader.skip() !== run.job.columns.length)
        throw new BadCsv(
          `InvalidBatch : Record ${run.job.starts.length} has not as many values as the header has fields.`,
        );
      if (reader.at - at > maxFieldCharacters) checkLength(run.job, at);
    }
    takeBatches(run);
  });
}

/** Of a line that may have too many characters. */
function checkLength(job: Job, at: number): void {
  const reader = job.reader();
  reader.at = at;
  const lengths = reader.next().map(({ length }) => length);
  const characters = lengths.reduce((sum, length) => sum + length, 0);
  if (Math.max(...lengths) > maxFieldCharacters || characters > maxRowCharacters)
    throw new BadCsv(
      `InvalidBatch : Record ${job.starts.length} has more characters than are allowed.`,
    );
}

function takeBatches({ job, tools }: JobRun): void {
  const batches = Math.ceil(job.starts.length / batchRows);
  if (batches > tools.moods.dailyBatches)
    throw new BadCsv('ExceededQuota : ApiBatchItems Limit exceeded.');
  tools.moods.dailyBatches -= batches;
}

function readHeader({ job, tools }: JobRun, headers: readonly string[]): void {
  const { object, operation, by } = job.setting;
  const objectOf = (name: string): SObject | undefined => tools.org.object(name);
  job.columns = headers.map((header) => {
    const column = columnOfHeader({ object, objectOf }, header);
    if (!column) throw new BadCsv(`InvalidBatch : Field name not found : ${header}`);
    return { header, column };
  });
  const needed =
    operation === 'insert' ? undefined : operation === 'upsert' ? (by?.name ?? 'Id') : 'Id';
  const has = job.columns.some(({ column }) =>
    column.kind === 'id'
      ? needed === 'Id'
      : column.kind === 'field' && column.field.name === needed,
  );
  if (needed && !has) throw new BadCsv(`InvalidBatch : Field name not found : ${needed}`);
  if (operation === 'delete' && job.columns.length > 1)
    throw new BadCsv('InvalidBatch : A delete takes the column Id and no other.');
}

/** Does some rows of those that are left: the last ones of the file first. */
function advance({ job, tools, failure }: JobRun, rows: number): void {
  asBadCsv(job, () => {
    const allowed = failure ? Math.min(rows, failure.afterRows - job.processed) : rows;
    let left = Math.min(allowed, job.starts.length - job.processed);
    while (left > 0) {
      const count = Math.min(chunkRows, left);
      writeChunk(job, tools.saver, count);
      left -= count;
    }
    if (failure && job.processed >= failure.afterRows) job.fail(failure.message);
    else if (job.processed === job.starts.length) job.state = 'JobComplete';
  });
}

function writeChunk(job: Job, saver: Saver, count: number): void {
  const { operation, object, by } = job.setting;
  const saving: Saving = { operation, object, by, allowDuplicates: false, via: 'bulk' };
  const until = job.starts.length - job.processed;
  const reader = job.reader();
  const columns = job.columns.map(({ column }) => column);
  reader.at = job.starts[until - count]!;
  const changes = Array.from({ length: count }, () => {
    try {
      return changeOfCsv(columns, reader.next());
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  });
  saver.saveChunk(saving, changes).forEach((outcome, n) => {
    job.outcomes[until - count + n] = outcome;
    if (outcome instanceof Refusal) job.failed += 1;
  });
  job.processed += count;
}

function asBadCsv(job: Job, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof BadCsv)) throw error;
    job.fail(error.message);
  }
}
