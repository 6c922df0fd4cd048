import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Config } from './config.js';
import { Failure, failureOf } from './failure.js';
import { openConnection } from './session/connection.js';
import { keeperOf } from './session/identity-keeper.js';
import { Identity } from './session/identity.js';
import { readSecret } from './secret/secret.js';
import { dangersOf } from './store/lifecycle-danger.js';
import type { LifecycleDanger } from './store/lifecycle-danger.js';
import { lifecycleOf } from './store/lifecycle.js';
import { openS3Store } from './store/s3.js';
import { leastKeyLength } from './sync/hashing.js';

export interface Finding {
  what: string;
  /** What was found, when it is good. */
  found?: string;
  failure?: Failure;
}

const leastFreeBytes = 1 << 30;
const leastMiBPerJob = 256;
const answerMs = 15_000;

/** Looks at everything that the agent needs, all of it, whatever fails. */
export async function examine(config: Config): Promise<Finding[]> {
  return Promise.all([
    finding('identity', () => identityFound(config)),
    finding('control plane', () => controlPlaneFound(config.url)),
    finding('bucket', () => bucketFound(config)),
    finding('bucket rules', () => rulesFound(config)),
    finding('hash key', () => hashKeyFound(config)),
    finding('connections', async () => connectionsFound()),
    finding('work folder', () => folderFound(config.workDir)),
    finding('cache folder', () => folderFound(config.cacheDir)),
    finding('memory', async () => memoryFound(config)),
  ]);
}

async function finding(what: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { what, found: await look() };
  } catch (error) {
    return { what, failure: failureOf(error) };
  }
}

async function identityFound({ identity, enrollmentTokens }: Config): Promise<string> {
  const { enrolment } = (await Identity.read(keeperOf(identity))) ?? {};
  if (enrolment) return `agent ${enrolment.agentId} in pool "${enrolment.pool}"`;
  if (enrollmentTokens.length > 0) return 'none yet; the first start enrols with the token';
  throw new Failure(
    'CONFIG',
    'enrolment.no_token',
    'Nobody knows this agent yet. Make a token with `drawbridge enroll-token` and set DRAWBRIDGE_ENROLLMENT_TOKEN.',
  );
}

/** A control plane greets with a challenge. */
async function controlPlaneFound(url: string): Promise<string> {
  const connection = await openConnection(url, AbortSignal.timeout(answerMs));
  try {
    const { value } = await connection.frames.next();
    if (value?.body.case === 'challenge') return 'it answers and greets';
    throw new Failure(
      'CONFIG',
      'session.no_greeting',
      'Something answers at DRAWBRIDGE_URL, but not as a control plane. Check the address and any proxy between.',
    );
  } finally {
    connection.close();
  }
}

async function bucketFound({ bucket }: Config): Promise<string> {
  const store = openS3Store(bucket);
  try {
    await store.check(AbortSignal.timeout(60_000));
    return 'objects can be written, read, replaced under a condition, and removed';
  } finally {
    store.close();
  }
}

async function rulesFound({ bucket }: Config): Promise<string> {
  const rules = await lifecycleOf(bucket, AbortSignal.timeout(answerMs)).catch(unread);
  const dangers = dangersOf(rules, bucket.prefix);
  if (dangers.length > 0) throw dangerous(dangers);
  return rules.length === 0
    ? 'no lifecycle rules: error texts and logs stay for good'
    : `none of ${rules.length} lifecycle rules takes what runs need`;
}

function unread(error: unknown): never {
  if (!(error instanceof Failure) || error.code !== 'store.denied') throw error;
  throw new Failure(
    'CONFIG',
    'config.lifecycle_unread',
    'The agent may not read the lifecycle rules of the bucket, so nobody can tell whether one would remove a baseline. Allow s3:GetLifecycleConfiguration on the bucket.',
    { cause: error },
  );
}

/** Names of rules are the customer's own, told at their own command line. */
function dangerous(dangers: readonly LifecycleDanger[]): Failure {
  const each = dangers.map(({ rule, does, place }) => `"${rule}" would ${does} ${place}`);
  return new Failure(
    'CONFIG',
    'config.lifecycle',
    `Lifecycle rules of the bucket take what runs need: ${each.join(', ')}. Let them expire …/sync=<sync>/run= after two days or more and …/sync=<sync>/log/ after 30 or more, and nothing else below the prefix of DRAWBRIDGE_BUCKET.`,
  );
}

async function hashKeyFound({ hashKey, environment, ownPlaces }: Config): Promise<string> {
  if (hashKey === undefined) return 'none; only syncs with snapshots: hashed need one';
  const { length } = await readSecret(hashKey, { environment, own: ownPlaces });
  if (length >= leastKeyLength) return `${length} characters`;
  throw new Failure(
    'CONFIG',
    'config.hash_key',
    `The secret that DRAWBRIDGE_HASH_KEY points at is shorter than ${leastKeyLength} characters, so it could be guessed. Make a longer one before the first run; with another one later, rows are sent again.`,
  );
}

/** The agent has no list of its own that it could go through. */
function connectionsFound(): string {
  return 'sources and destinations come with jobs and are not tried here; `drawbridge run SYNC --dry-run` tries those of a sync';
}

async function folderFound(folder: string): Promise<string> {
  const file = join(folder, `doctor-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(file, 'x');
  } catch (cause) {
    throw new Failure(
      'CONFIG',
      'config.work_dir',
      `The agent can not write in ${folder}. Give it a folder that is its own.`,
      { cause },
    );
  } finally {
    await rm(file, { force: true });
  }
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= leastFreeBytes) return `${gibOf(bavail * bsize)} GiB free`;
  throw new Failure(
    'CONFIG',
    'config.work_dir_full',
    `${folder} has less than 1 GiB free. Large models need room for what may have changed.`,
  );
}

/** A container's limit is what counts; without one, the machine's memory. */
function memoryFound({ memoryMiB, concurrency }: Config): string {
  const limit = Math.min(process.constrainedMemory() || Infinity, totalmem());
  const needed = memoryMiB * 2 ** 20;
  if (needed > limit)
    throw new Failure(
      'CONFIG',
      'config.memory',
      `DRAWBRIDGE_MEMORY_MIB is ${memoryMiB}, and there are only ${Math.floor(limit / 2 ** 20)} MiB. Lower it or give more.`,
    );
  if (memoryMiB / concurrency < leastMiBPerJob)
    throw new Failure(
      'CONFIG',
      'config.memory',
      `${memoryMiB} MiB are too few for ${concurrency} jobs at a time: raise DRAWBRIDGE_MEMORY_MIB or lower DRAWBRIDGE_CONCURRENCY.`,
    );
  return `${memoryMiB} of ${Math.floor(limit / 2 ** 20)} MiB, for ${concurrency} jobs at a time on ${availableParallelism()} cores`;
}

function gibOf(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
