import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  BulkTarget,
  DestinationConnection,
  JobState,
  Load,
  Outcome,
  ResultFile,
  Target,
} from '../connector/destination.js';
import { Failure } from '../failure.js';
import type { TextRow } from './memory-connectors.js';

export interface Job {
  change: string;
  size: number;
  number: number;
  /** Undefined until it is submitted. */
  rows?: TextRow[];
  isAborted?: boolean;
}

export interface JobMoods {
  maxRows?: number;
  maxBytes?: number;
  concurrency?: number;
  /** Whether operations of a change go into files; others are put into `records` batch by batch. */
  takes?: (change: string) => boolean;
  /** Why a row is refused, if it is. `LOCKED` passes. */
  refuses?: (row: TextRow) => string | undefined;
  /** Rows that a job does not come to, or says nothing of. */
  leaves?: (row: TextRow) => 'untouched' | 'unknown' | undefined;
  /** Called at every step; what it throws is the answer. `submitted`: after the file was taken. */
  at?: (
    step: 'create' | 'submit' | 'submitted' | 'look' | 'results' | 'abort',
    job: string,
  ) => void;
  /** What a job answers that was submitted. */
  state?: (job: string) => JobState | undefined;
  repeatable?: boolean;
}

export interface MemoryJobs extends DestinationConnection {
  records: Map<string, TextRow>;
  /** How often a record was written. */
  writes: Map<string, number>;
  jobs: Map<string, Job>;
  /** Sizes of batches, of what takes no files. */
  batches: number[];
}

/** A destination with a memory that takes files, as jobs. Rows are applied when a job is submitted. */
export function memoryJobs(moods: JobMoods = {}): MemoryJobs {
  const records = new Map<string, TextRow>();
  const writes = new Map<string, number>();
  const jobs = new Map<string, Job>();
  const batches: number[] = [];
  const target = targetOf({ records, writes, jobs, batches }, moods);
  return {
    records,
    writes,
    jobs,
    batches,
    check: async () => undefined,
    open: async () => target,
    close: async () => undefined,
  };
}

type Memory = Pick<MemoryJobs, 'records' | 'writes' | 'jobs' | 'batches'>;

function targetOf(memory: Memory, moods: JobMoods): BulkTarget {
  const { jobs } = memory;
  const opened = {
    maxRows: moods.maxRows ?? 7,
    maxBytes: moods.maxBytes ?? 1 << 20,
    concurrency: moods.concurrency ?? 2,
    isRepeatable: () => moods.repeatable ?? true,
    close: async () => undefined,
  };
  return {
    ...opened,
    format: { kind: 'csv', compression: 'none', nullText: '#N/A' },
    ...(moods.takes && {
      takes: (_, change) => moods.takes?.(change) ?? true,
      batches: { ...opened, deliver: async (batch) => deliver(batch, memory) },
    }),
    create: async (load) => {
      const job = `job-${jobs.size}`;
      moods.at?.('create', job);
      jobs.set(job, { change: load.change, size: load.size, number: load.number });
      return job;
    },
    submit: async (job, load) => {
      moods.at?.('submit', job);
      const rows = readCsv(await readFile(load.path, 'utf8'));
      const known = jobs.get(job);
      if (!known || known.rows) throw new Error('The job was submitted already.');
      known.rows = rows;
      for (const row of rows) if (!fateOf(row, moods)) take(row, load, memory);
      moods.at?.('submitted', job);
    },
    look: async (job) => {
      moods.at?.('look', job);
      const known = jobs.get(job);
      if (!known) return { kind: 'gone' };
      if (!known.rows) return { kind: 'empty' };
      return moods.state?.(job) ?? { kind: 'over' };
    },
    results: async (job, { folder, columns }) => {
      moods.at?.('results', job);
      return resultsOf(jobs.get(job)?.rows ?? [], { folder, columns, moods });
    },
    outcomeOf: (reason): Outcome =>
      reason === 'MISSING'
        ? { kind: 'skipped' }
        : {
            kind: 'rejected',
            failure: new Failure(
              reason === 'LOCKED' ? 'TRANSIENT' : 'REJECTED',
              reason === 'LOCKED' ? 'destination.locked' : 'destination.rejected',
              'Not taken.',
              { vendorCode: reason },
            ),
          },
    abort: async (job) => {
      moods.at?.('abort', job);
      const known = jobs.get(job);
      if (known) known.isAborted = true;
    },
  };
}

const fateOf = (row: TextRow, moods: JobMoods): string | undefined =>
  moods.leaves?.(row) === 'untouched' ? 'untouched' : moods.refuses?.(row);

function take(row: TextRow, { kind }: Pick<Load, 'kind'>, { records, writes }: Memory): void {
  const id = String(row.id);
  writes.set(id, (writes.get(id) ?? 0) + 1);
  if (kind === 'delete') records.delete(id);
  else records.set(id, { ...records.get(id), ...row });
}

async function deliver(
  batch: Parameters<Target['deliver']>[0],
  memory: Memory,
): Promise<Outcome[]> {
  memory.batches.push(batch.size);
  return batch.records().map(({ key, fields }): Outcome => {
    const row = Object.entries({ ...key, ...fields }).map(
      ([name, value]): [string, string | null] => [name, value === null ? null : String(value)],
    );
    take(Object.fromEntries(row), batch, memory);
    return { kind: 'accepted' };
  });
}

async function resultsOf(
  rows: readonly TextRow[],
  { folder, columns, moods }: { folder: string; columns: readonly string[]; moods: JobMoods },
): Promise<ResultFile[]> {
  const kindOf = (row: TextRow): string =>
    moods.leaves?.(row) ?? (moods.refuses?.(row) ? 'rejected' : 'accepted');
  const write = async (kind: ResultFile['kind']): Promise<ResultFile> => {
    const path = join(folder, `${kind}.csv`);
    // In another order than they were sent in.
    const lines = rows
      .filter((row) => kindOf(row) === kind)
      .toReversed()
      .map((row) => [moods.refuses?.(row) ?? '', ...columns.map((name) => row[name] ?? '#N/A')]);
    const text = [['why', ...columns], ...lines].map((cells) => cells.map(quoted).join(','));
    await writeFile(path, `${text.join('\n')}\n`);
    return { path, kind, ...(kind === 'rejected' && { reason: 'why' }) };
  };
  return [await write('accepted'), await write('rejected'), await write('untouched')];
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

/** RFC 4180, one record a match: cells with quotes and line feeds in them, too. */
function readCsv(text: string): TextRow[] {
  const rows: string[][] = [[]];
  for (const [, open, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    rows.at(-1)?.push(open === undefined ? plain : open.replaceAll('""', '"'));
    if (end === '\n') rows.push([]);
  }
  const [names = [], ...lines] = rows.slice(0, -1);
  return lines.map((cells) =>
    Object.fromEntries(
      names.map((name, n) => [name, cells[n] === '#N/A' ? null : (cells[n] ?? null)]),
    ),
  );
}
