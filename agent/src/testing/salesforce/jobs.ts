// Bulk API 2.0, ingest.
import type { Api, Resource } from './api.js';
import { delimiters, lineEnds } from './csv.js';
import type { Dialect } from './csv.js';
import { jsonOf } from './http.js';
import type { Answer, ApiRequest } from './http.js';
import { idOf } from './id.js';
import { abortJob, Job, lookAtJob, startJob } from './job.js';
import { resultsOf } from './job-results.js';
import type { ResultKind } from './job-results.js';
import { ApiError, notFound } from './refusal.js';
import type { Operation } from './operation.js';
import type { Field, SObject } from './schema.js';
import { instantText } from './value.js';

const operations = ['insert', 'update', 'upsert', 'delete'];
const jobsAPage = 1000;

export function jobResources(api: Api): Resource[] {
  const jobs = new Map<string, Job>();
  let made = 0;
  const jobOf = (id: string): Job => {
    const job = jobs.get(id) ?? [...jobs.values()].find((each) => each.setting.id.startsWith(id));
    if (!job || id.length < 15) throw notFound();
    return job;
  };
  const create = (request: ApiRequest): Answer => {
    const job = makeJob(api, request, idOf('750', (made += 1)));
    jobs.set(job.setting.id, job);
    return { status: 200, body: infoOf(job) };
  };
  const look = (id: string): Answer => {
    const job = jobOf(id);
    lookAtJob(job);
    return { status: 200, body: progressOf(job) };
  };
  const remove = (id: string): Answer => {
    const job = jobOf(id);
    if (job.state === 'Open' || job.state === 'InProgress')
      throw badState(`Deleting ${job.state} Job not allowed`);
    jobs.delete(job.setting.id);
    return { status: 204 };
  };
  const kinds: ResultKind[] = ['successfulResults', 'failedResults', 'unprocessedrecords'];
  return [
    { path: 'jobs/ingest', methods: { POST: create, GET: () => list([...jobs.values()]) } },
    {
      path: 'jobs/ingest/{id}',
      methods: {
        GET: (_, [id = '']) => look(id),
        PATCH: (request, [id = '']) => move(api, jobOf(id), request),
        DELETE: (_, [id = '']) => remove(id),
      },
    },
    {
      path: 'jobs/ingest/{id}/batches',
      methods: { PUT: (request, [id = '']) => upload(jobOf(id), request) },
    },
    ...kinds.map((kind) => ({
      path: `jobs/ingest/{id}/${kind}`,
      methods: { GET: (_: ApiRequest, [id = '']: readonly string[]) => results(jobOf(id), kind) },
    })),
  ];
}

function makeJob(api: Api, request: ApiRequest, id: string): Job {
  const asked = jsonOf(request);
  const { operation, object: name, contentType = 'CSV' } = asked;
  if (operation === 'hardDelete')
    throw new ApiError(
      400,
      'FEATURENOTENABLED',
      'hardDelete operation requires special user profile permission, please contact your system administrator',
    );
  if (!operations.includes(String(operation)))
    throw new ApiError(400, 'INVALIDOPERATION', `Operation: ${String(operation)} not supported`);
  const object = typeof name === 'string' ? api.org.object(name) : undefined;
  if (!object) throw new ApiError(400, 'INVALIDENTITY', `Unable to find object: ${String(name)}`);
  if (contentType !== 'CSV')
    throw new ApiError(400, 'INVALIDJOB', `Content type ${String(contentType)} not supported`);
  const externalIdFieldName =
    operation === 'upsert' ? externalNameOf(asked['externalIdFieldName']) : undefined;
  return new Job({
    id,
    operation: operation as Operation,
    object,
    externalIdFieldName,
    by: externalFieldOf(object, externalIdFieldName),
    ...dialectOf(asked),
    apiVersion: request.version,
    createdMs: api.nowMs(),
    createdById: api.userId,
  });
}

function externalNameOf(name: unknown): string {
  if (typeof name === 'string' && name !== '') return name;
  throw new ApiError(400, 'INVALIDJOB', 'External ID was blank for upsert');
}

/** Undefined is `Id`. */
function externalFieldOf(object: SObject, name: string | undefined): Field | undefined {
  if (name === undefined) return undefined;
  const field = object.byName.get(name.toLowerCase());
  if (field?.type === 'id') return undefined;
  if (field?.externalId) return field;
  throw new ApiError(
    400,
    'INVALIDJOB',
    `InvalidJob : Field name provided, ${name} is not an External ID or indexed field for ${object.name}`,
  );
}

function dialectOf(asked: Record<string, unknown>): Dialect {
  const { columnDelimiter = 'COMMA', lineEnding = 'LF' } = asked;
  if (!(String(columnDelimiter) in delimiters) || !(String(lineEnding) in lineEnds))
    throw new ApiError(400, 'INVALIDJOB', 'columnDelimiter or lineEnding is none that there is');
  return { columnDelimiter, lineEnding } as Dialect;
}

function upload(job: Job, { body, headers }: ApiRequest): Answer {
  if (!/^text\/csv\b/i.test(headers['content-type'] ?? ''))
    throw new ApiError(415, 'UNSUPPORTED_MEDIA_TYPE', 'Content-Type must be text/csv');
  if (job.state !== 'Open')
    throw badState(`Uploading data to a Job in state ${job.state} not allowed`);
  if (job.upload)
    throw badState(
      `Found multiple contents for job: <${job.setting.id}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.`,
    );
  job.upload = body;
  return { status: 201 };
}

function move(api: Api, job: Job, request: ApiRequest): Answer {
  const { state } = jsonOf(request);
  if (state === 'Aborted') {
    if (job.isOver) throw badState(`Aborting already ${past(job)} Job not allowed`);
    abortJob(job);
  } else if (state === 'UploadComplete') {
    if (job.state !== 'Open') throw badState(`Closing already ${past(job)} Job not allowed`);
    if (!job.upload) throw badState('Closing a Job without content not allowed');
    startJob(job, api);
  } else {
    throw new ApiError(400, 'INVALIDJOBSTATE', `Job state ${String(state)} can't be asked for`);
  }
  return { status: 200, body: infoOf(job) };
}

const past = ({ state }: Job): string => (state === 'JobComplete' ? 'Completed' : state);

const badState = (message: string): ApiError => new ApiError(400, 'INVALIDJOBSTATE', message);

function results(job: Job, kind: ResultKind): Answer {
  if (!job.isOver) throw badState(`Results of a Job in state ${job.state} are not there yet`);
  return { status: 200, pieces: resultsOf(job, kind) };
}

function list(jobs: readonly Job[]): Answer {
  const records = jobs.slice(-jobsAPage).map(infoOf);
  return { status: 200, body: { done: true, records, nextRecordsUrl: null } };
}

function infoOf({ setting, state }: Job): object {
  return {
    id: setting.id,
    operation: setting.operation,
    object: setting.object.name,
    createdById: setting.createdById,
    createdDate: instantText(setting.createdMs),
    systemModstamp: instantText(setting.createdMs),
    state,
    ...(setting.externalIdFieldName && { externalIdFieldName: setting.externalIdFieldName }),
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: Number(setting.apiVersion),
    ...(state === 'Open' && {
      contentUrl: `services/data/v${setting.apiVersion}/jobs/ingest/${setting.id}/batches`,
    }),
    lineEnding: setting.lineEnding,
    columnDelimiter: setting.columnDelimiter,
  };
}

function progressOf(job: Job): object {
  return {
    ...infoOf(job),
    jobType: 'V2Ingest',
    numberRecordsProcessed: job.processed,
    numberRecordsFailed: job.failed,
    ...(job.errorMessage && { errorMessage: job.errorMessage }),
    retries: 0,
    totalProcessingTime: job.processed,
    apiActiveProcessingTime: job.processed,
    apexProcessingTime: 0,
  };
}
