import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobState, Load, ResultFile } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import { unreadable } from './org.js';
import { quotaExceeded } from './quota.js';
import type { Org } from './org.js';

/**
 * What a job says of itself. Open → UploadComplete → InProgress → JobComplete, or Failed, or Aborted.
 * https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/get_job_info.htm (read 2026-11)
 */
export interface Job {
  id: string;
  state: string;
  processed: number;
  failed: number;
  /** Milliseconds that were spent on rows. */
  workedMs: number;
  errorMessage: string;
}

export function jobIn(answer: unknown): Job {
  const told = (answer ?? {}) as Record<string, unknown>;
  const { id, state, errorMessage } = told;
  if (typeof id !== 'string' || !/^[A-Za-z0-9]{15,18}$/.test(id) || typeof state !== 'string')
    throw unreadable(JSON.stringify(answer).slice(0, 1000));
  const count = (name: string): number => Number(told[name] ?? 0);
  return {
    id,
    state,
    processed: count('numberRecordsProcessed'),
    failed: count('numberRecordsFailed'),
    workedMs: count('apiActiveProcessingTime'),
    errorMessage: typeof errorMessage === 'string' ? errorMessage : '',
  };
}

/** `isOurs`: it was set going by this very process, which wants to hear why it failed; to another one it is as if it never was. */
export function stateOf({ state, processed, workedMs }: Job, isOurs: boolean): JobState {
  const didNothing = processed === 0 && workedMs === 0;
  switch (state) {
    case 'Open':
      return { kind: 'empty' };
    case 'UploadComplete':
    case 'InProgress':
      return { kind: 'working', done: processed };
    case 'Aborted':
      return didNothing ? { kind: 'empty' } : { kind: 'over' };
    case 'Failed':
      return didNothing && !isOurs ? { kind: 'empty' } : { kind: 'over' };
    default:
      return { kind: 'over' };
  }
}

interface Place {
  org: Org;
  /** Of the job. */
  path: string;
  load: Pick<Load, 'size' | 'folder'>;
}

/**
 * Reads the three files of a job that is over into the folder of its load. A job that failed before its first row is
 * CONFIG `destination.job_failed`: it would fail again.
 */
export async function resultsOf(
  job: Job,
  { org, path, load }: Place,
  signal: AbortSignal,
): Promise<'accepted' | readonly ResultFile[]> {
  const isComplete = job.state === 'JobComplete';
  // After a restart only those rows are asked about of which nothing is known.
  if (isComplete && job.failed === 0 && job.processed >= load.size) return 'accepted';
  if (job.state === 'Failed' && job.processed === 0) throw failed(job);
  const wanted: (ResultFile & { resource: string })[] = [];
  const file = (resource: string): string => join(load.folder, `${resource}.csv`);
  const add = (resource: string, rest: Pick<ResultFile, 'kind' | 'reason'>): void =>
    void wanted.push({ resource, path: file(resource), ...rest });
  if (job.processed > job.failed) add('successfulResults', { kind: 'accepted' });
  if (job.failed > 0) add('failedResults', { kind: 'rejected', reason: 'sf__Error' });
  if (!isComplete || job.processed < load.size) add('unprocessedrecords', { kind: 'untouched' });
  const there: ResultFile[] = [];
  for (const { resource, ...result } of wanted) {
    const headers = { accept: 'text/csv' };
    const into = result.path;
    const request = {
      method: 'GET',
      path: `${path}/${resource}/`,
      headers,
      into,
      isOwed: true,
    } as const;
    await org.send(request, signal);
    if ((await stat(into)).size > 0) there.push(result);
  }
  return there;
}

/** `InvalidBatch : Field name not found : …`, `ExceededQuota : …`. */
function failed({ errorMessage }: Job): Failure {
  if (/\bExceededQuota\b/i.test(errorMessage)) return quotaExceeded(errorMessage, 'EXCEEDEDQUOTA');
  return new Failure(
    'CONFIG',
    'destination.job_failed',
    'Salesforce gave up a job before its first row. Its own words are in your bucket under the error id.',
    { detail: errorMessage },
  );
}
