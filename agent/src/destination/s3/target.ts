import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type {
  BulkTarget,
  JobState,
  Load,
  OperationKind,
  Outcome,
  Target,
  TargetRequest,
} from '../../connector/destination.js';
import { readSettings } from '../../connector/settings.js';
import { crashPoint } from '../../crash-point.js';
import { Failure, failureOf } from '../../failure.js';
import type { Bucket } from './bucket.js';
import { lostAnswer } from './failures.js';
import { manifestOf } from './manifest.js';
import type { TakenFile } from './manifest.js';
import { folderOf, readFile, readFolder, render } from './naming.js';
import type { Name, RunName } from './naming.js';
import { assertFit, contentTypeOf, endingOf, formatOf, isWhole, options } from './options.js';
import type { Options } from './options.js';
import { Sendings } from './sendings.js';

// The dataset of one attempt at a run, in a folder of its own.
//
// writing  → files are uploaded; no manifest names them, and without `_SUCCESS` nobody may read them
// named    → `manifest.json` names every file; still without `_SUCCESS`
// finished → `_SUCCESS` is there: from now on nothing in the folder changes
// doubtful → `_SUCCESS` left, was not surely refused, and could not be asked for: nothing is removed
//
// What is not finished is removed by `close`. An agent that is killed leaves its files; the next attempt at the run
// removes them when it asks whether they were finished, and whoever reads goes by `_SUCCESS` and does not see them.

/** How long it may take to remove what was not finished, in milliseconds; what stays is seen by nobody. */
const tidyingMs = 10_000;

interface Of {
  bucket: Bucket;
  request: TargetRequest;
  run: RunName;
  prefix: string;
}

export class Dataset implements BulkTarget {
  readonly format;
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Each may have two parts of 8 MiB in memory. */
  readonly concurrency = 2;
  /** Rows that left the query are gone by not being in the result. */
  readonly batches: Target;
  private readonly chosen: Options;
  private readonly folder: string;
  private readonly file: Name;
  private readonly uploaded = new Map<string, TakenFile>();
  private readonly taken = new Set<string>();
  /** Of `_SUCCESS`, in every call of `finish`: one that was cut off may be done later than it was asked for. */
  private readonly ends = new Sendings();
  private state: 'writing' | 'finished' | 'doubtful' = 'writing';

  constructor(private readonly of: Of) {
    const { request, run, prefix } = of;
    this.chosen = readSettings(options, request.options);
    assertFit(request, this.chosen);
    this.format = formatOf(request, this.chosen);
    this.maxRows = this.chosen.maxRows;
    this.maxBytes = this.chosen.maxMegabytes * 1_000_000;
    this.folder = folderOf(readFolder(request.object), run, prefix);
    this.file = readFile(this.chosen.file);
    this.batches = leftOut;
  }

  takes(kind: OperationKind): boolean {
    return !(isWhole(this.of.request) && kind === 'delete');
  }

  /** Whoever applies a change by its key twice has applied it once; rows without a key would be there twice. */
  isRepeatable(): boolean {
    return this.of.request.mode !== 'append';
  }

  async create(load: Load): Promise<string> {
    const { run, request } = this.of;
    const { change, number } = load;
    // Of a whole result nobody asks which rows are new to us; the numbers of both kinds must not meet.
    const [operation, part] = isWhole(request)
      ? ['all', number * 2 + Number(change === 'changed')]
      : [change, number];
    const name = render(this.file, run, { operation, part: String(part).padStart(5, '0') });
    return `${this.folder}/${name}${endingOf(this.format)}`;
  }

  async submit(job: string, load: Load, signal: AbortSignal): Promise<void> {
    const { change: operation, size: rows, bytes } = load;
    const how = { StorageClass: this.chosen.storageClass, ContentType: contentTypeOf(this.format) };
    const sha256 = await sha256Of(load.path);
    this.uploaded.set(job, { key: job, operation, rows, bytes, sha256 });
    await this.of.bucket.upload(job, load, { ...how, Metadata: { sha256 }, signal });
  }

  /** An object is there as a whole or not at all. */
  async look(job: string, signal: AbortSignal): Promise<JobState> {
    return { kind: (await this.of.bucket.has(job, signal)) ? 'over' : 'empty' };
  }

  async results(job: string): Promise<'accepted'> {
    this.taken.add(job);
    return 'accepted';
  }

  outcomeOf(): Outcome {
    throw new TypeError('A bucket refuses no single row.');
  }

  async abort(job: string, signal: AbortSignal): Promise<void> {
    await this.of.bucket.remove([job], signal);
  }

  async finish(signal: AbortSignal): Promise<void> {
    if (await this.isThere(signal)) return;
    const { bucket, request, run } = this.of;
    const { lastCheck } = request;
    const files = [...this.uploaded.values()].filter(({ key }) => this.taken.has(key));
    const { folder, format } = this;
    const manifest = manifestOf({ request, run, format, folder }, files);
    const how = { ContentType: 'application/json', signal, lastCheck };
    await bucket.put(`${folder}/manifest.json`, manifest, how).catch(unseen);
    crashPoint('finish.statement');
    await this.succeed(signal);
  }

  /** Whether an attempt that was cut off had come to its end. What it left otherwise is removed. */
  async wasFinished(signal: AbortSignal): Promise<boolean> {
    const { bucket } = this.of;
    if (await bucket.has(this.success, signal)) {
      this.state = 'finished';
      return true;
    }
    const left: string[] = [];
    for await (const key of bucket.keys(`${this.folder}/`, signal)) left.push(key);
    await bucket.remove(left, signal).catch(() => undefined);
    return false;
  }

  async close(): Promise<void> {
    if (this.state !== 'writing' || this.uploaded.size === 0) return;
    const keys = [`${this.folder}/manifest.json`, ...this.uploaded.keys()];
    const signal = AbortSignal.timeout(tidyingMs);
    if (await this.isThere(signal).catch(() => true)) return;
    // Nobody names them, so it is no harm when they stay.
    await this.of.bucket.remove(keys, signal).catch(() => undefined);
  }

  private get success(): string {
    return `${this.folder}/_SUCCESS`;
  }

  private async succeed(signal: AbortSignal): Promise<void> {
    const { bucket, request } = this.of;
    const { lastCheck } = request;
    const how = { ContentType: 'text/plain', signal, lastCheck, sendings: this.ends };
    this.state = 'doubtful';
    const failure = await bucket.put(this.success, '', how).then(() => undefined, failureOf);
    if (!failure) this.state = 'finished';
    else if (!(await this.isThere(signal, failure))) throw unseenFailure(failure);
  }

  /** Asks for `_SUCCESS` if it may be there. When that can't be done nobody knows, whatever the `failure` was before. */
  private async isThere(signal: AbortSignal, failure?: Failure): Promise<boolean> {
    try {
      const isThere = this.ends.unrefused > 0 && (await this.of.bucket.has(this.success, signal));
      this.state = isThere ? 'finished' : 'writing';
      return isThere;
    } catch (error) {
      this.state = 'doubtful';
      throw lostAnswer(failure ?? failureOf(error));
    }
  }
}

const leftOut: Target = {
  maxRows: 1_000_000,
  maxBytes: 64 << 20,
  concurrency: 1,
  isRepeatable: () => true,
  deliver: async ({ size }) => Array.from({ length: size }, () => ({ kind: 'accepted' })),
  close: async () => undefined,
};

/** Without `_SUCCESS` nothing shows, so whatever became of the request may be tried again. */
function unseenFailure(failure: Failure): Failure {
  if (failure.code !== 'destination.no_answer') return failure;
  const { detail, vendorCode } = failure;
  return new Failure('TRANSIENT', 'destination.unreachable', 'The bucket does not answer.', {
    cause: failure,
    vendorCode,
    ...(detail !== undefined && { detail }),
  });
}

function unseen(error: unknown): never {
  throw unseenFailure(failureOf(error));
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
