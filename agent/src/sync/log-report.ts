import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crashPoint } from '../crash-point.js';
import { quoteName, quoteText } from '../duck/duck.js';
import { failureOf } from '../failure.js';
import type { WriteCondition } from '../store/store.js';
import { report } from './report.js';
import type { Run } from './run.js';
import type { ErrorTally, SyncReport } from './sync-request.js';

// The report of a run, as one row of Parquet below `log/runs/`: the only object that an unchanged run writes. Of an
// attempt that was cut off before its report the next run keeps one (`log-interrupted.ts`).

/** Keeps the report in the bucket. One that can't be kept fails the run: nobody could ask for it later. */
export async function logReport(run: Run, told: SyncReport): Promise<SyncReport> {
  if (run.request.run.dryRun) return told;
  try {
    await keep(run, told);
    crashPoint('report.kept');
    return told;
  } catch (error) {
    if (run.failure) return told;
    run.failure = failureOf(error);
    return report(run);
  }
}

async function keep(run: Run, told: SyncReport): Promise<void> {
  const { tools, duck, paths, startedAt, runId } = run;
  const key = paths.runReport(startedAt, runId, String(tools.lease.epoch));
  await keepReport([...factsOf(run), ...figuresOf(told)], { duck, tools, key });
}

/** A column of the one row. */
export type Cell = readonly [name: string, sql: string];

export async function keepReport(
  cells: readonly Cell[],
  to: Pick<Run, 'duck'> & {
    tools: Pick<Run['tools'], 'store' | 'workDir' | 'lease'>;
    key: string;
    condition?: WriteCondition;
  },
): Promise<void> {
  const { duck, tools, key, condition } = to;
  tools.lease.assertTrusted();
  const file = join(tools.workDir, 'report.parquet');
  const columns = cells.map(([name, sql]) => `${sql} as ${quoteName(name)}`);
  await duck.run(`copy (select ${columns.join(', ')}) to ${quoteText(file)} (format parquet)`);
  await tools.store.put(key, await readFile(file), condition);
  await rm(file);
}

function factsOf({ request, runId, tools, startedAt, shape }: Run): Cell[] {
  const { run } = request;
  return [
    ['run', text(runId)],
    ['epoch', number(tools.lease.epoch)],
    ['workspace', text(request.workspaceId)],
    ['sync', text(request.syncId)],
    ['sync_name', text(request.syncName)],
    ['version', number(request.version)],
    ['model', text(request.model.name)],
    ['destination', text(request.destinationName)],
    ['object', text(request.object)],
    ['mode', text(request.mode)],
    ['started_at', time(startedAt)],
    ['finished_at', time(new Date(tools.clock.now()))],
    ['full', String(run.full)],
    ['rebaseline', String(run.rebaseline)],
    ['canary', number(run.canary)],
    ['only_rejected', String(run.onlyRejected ?? false)],
    ['undo_of', text(run.undo)],
    ['verify', String(run.verify)],
    ['form', text(shape.form)],
  ];
}

function figuresOf(told: SyncReport): Cell[] {
  const { counts, phasesMs, baseline, failure, errors } = told;
  return [
    ['outcome', text(told.outcome)],
    ['failure_code', text(failure?.failure.code)],
    ['failure_error', text(failure?.errorId)],
    ...Object.entries(counts).map(([name, count]): Cell => [name, number(count)]),
    ['resumed', number(told.resumed)],
    ['missed', number(told.missed)],
    ['errors', `[${errors.map(errorSql).join(', ')}]::${errorsType}`],
    ...Object.entries(phasesMs).map(([phase, ms]): Cell => [`${phase}_ms`, number(ms)]),
    ['generation', number(baseline?.generation)],
    ['baseline_rows', number(baseline?.rows)],
    ['baseline_bytes', number(baseline?.bytes)],
    ['bucket_bytes', number(told.bucketBytes)],
    ['peak_bytes', number(told.peakBytes)],
  ];
}

const errorsType =
  'struct(kind varchar, code varchar, vendor_code varchar, error varchar, "count" bigint)[]';

function errorSql({ failure, errorId, count }: ErrorTally): string {
  const { kind, code, vendorCode } = failure;
  return `row(${[kind, code, vendorCode, errorId].map(text).join(', ')}, ${number(count)})`;
}

export const text = (value: string | undefined): string =>
  value === undefined ? 'null::varchar' : quoteText(value);
export const number = (value: number | bigint | undefined): string =>
  value === undefined ? 'null::bigint' : `${value}::bigint`;
export const time = (value: Date | undefined): string =>
  value === undefined ? 'null::timestamptz' : `timestamptz ${quoteText(value.toISOString())}`;
