import { randomUUID } from 'node:crypto';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config.js';
import { Failure } from '../failure.js';
import { overviewOf } from '../policy/overview.js';
import { readSecret } from '../secret/secret.js';
import { keeperOf } from '../session/identity-keeper.js';
import { Identity } from '../session/identity.js';
import { openS3Store } from '../store/s3.js';
import { leastKeyLength } from '../sync/hashing.js';
import { doubt } from './finding.js';
import type { Look } from './finding.js';

const leastFreeBytes = 1 << 30;
const leastMiBPerJob = 256;
const writingMs = 60_000;

/** What belongs to the agent itself. */
export function ownLooks(config: Config): [string, Look][] {
  return [
    ['identity', () => identityFound(config)],
    ['bucket', () => bucketFound(config)],
    ['hash key', () => hashKeyFound(config)],
    ['policy', async () => policyFound(config)],
    ['work folder', () => folderFound(config.workDir)],
    ['cache folder', () => folderFound(config.cacheDir)],
    ['memory', async () => memoryFound(config)],
  ];
}

async function identityFound({ identity, enrollmentTokens }: Config): ReturnType<Look> {
  const { enrolment } = (await Identity.read(keeperOf(identity))) ?? {};
  if (enrolment) return `agent ${enrolment.agentId} in pool "${enrolment.pool}"`;
  if (enrollmentTokens.length > 0) return 'none yet; the first start enrols with the token';
  throw new Failure(
    'CONFIG',
    'enrolment.no_token',
    'Nobody knows this agent yet. Make a token with `drawbridge enroll-token` and set DRAWBRIDGE_ENROLLMENT_TOKEN.',
  );
}

async function bucketFound({ bucket }: Config): ReturnType<Look> {
  const store = openS3Store(bucket);
  try {
    await store.check(AbortSignal.timeout(writingMs));
    return 'objects can be written, read, replaced under a condition, and removed';
  } finally {
    store.close();
  }
}

async function hashKeyFound({ hashKey, environment, ownPlaces }: Config): ReturnType<Look> {
  if (hashKey === undefined) return 'none; only syncs with snapshots: hashed need one';
  const { length } = await readSecret(hashKey, { environment, own: ownPlaces });
  if (length >= leastKeyLength) return `${length} characters`;
  throw new Failure(
    'CONFIG',
    'config.hash_key',
    `The secret that DRAWBRIDGE_HASH_KEY points at is shorter than ${leastKeyLength} characters, so it could be guessed. Make a longer one before the first run; with another one later, rows are sent again.`,
  );
}

/** One that can not be read or has faults is told of as the configuration, as it keeps the agent from starting. */
function policyFound({ policy }: Config): Awaited<ReturnType<Look>> {
  if (!policy)
    return doubt(
      'doctor.no_policy',
      'There is no policy file: the agent runs what its control plane says. Write one, set DRAWBRIDGE_POLICY, and look at it with `drawbridge-agent policy check FILE`.',
    );
  const { wide, summary } = overviewOf(policy.policy);
  if (wide.length === 0) return `${summary}; SHA-256 ${policy.digest}`;
  return doubt(
    'doctor.policy_wide',
    `The policy leaves open what it could hold: ${wide.join('; ')}. Narrow it where you can.`,
  );
}

async function folderFound(folder: string): ReturnType<Look> {
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
    await rm(file, { force: true }).catch(() => undefined);
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
