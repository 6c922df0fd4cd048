import { randomUUID } from 'node:crypto';
import { defineDestination } from '../../connector/destination.js';
import type { TargetRequest } from '../../connector/destination.js';
import type { Listed } from '../../connector/listing.js';
import { Failure } from '../../failure.js';
import { advice } from './advice.js';
import { Bucket } from './bucket.js';
import { hostsOf, openClient, secrets, settings } from './connection.js';
import type { RunName } from './naming.js';
import { options } from './options.js';
import { Dataset } from './target.js';

const mostListed = 10_000;

export default defineDestination({
  name: 's3',
  label: 'Files in S3',
  client: '@aws-sdk/client-s3',
  settings,
  secrets,
  place: ['bucket', 'prefix', 'endpoint'],
  limits: { requestsPerSecond: 0, concurrency: 2 },
  objects: [
    {
      name: '*',
      label: 'Folder of a run',
      modes: ['replace', 'mirror', 'upsert', 'append'],
      removals: ['nothing', 'delete'],
      firstRun: 'send',
      needsKey: false,
      options,
    },
  ],
  advice,
  hosts: hostsOf,
  open: (connection) => {
    const prefix = connection.settings.prefix.replaceAll(/^\/+|\/+$/g, '');
    const bucket = new Bucket(
      openClient(connection.settings, connection.secrets),
      connection.settings,
    );
    return {
      check: (signal) => checkRights(bucket, prefix, signal),
      open: async (request) => new Dataset({ bucket, request, prefix, run: runOf(request) }),
      list: (path, signal) => listFolders(bucket, { prefix, path }, signal),
      close: async () => bucket.close(),
    };
  },
});

/** Does once what a run does: lists, writes, finds and removes. */
async function checkRights(bucket: Bucket, prefix: string, signal: AbortSignal): Promise<void> {
  const key = below(prefix, `drawbridge-check-${randomUUID()}`);
  await isAnything(bucket, key, signal);
  await bucket.put(key, 'drawbridge', { signal, lastCheck: () => undefined });
  try {
    await bucket.has(key, signal);
  } finally {
    await bucket.remove([key], signal);
  }
}

/** Folders that there are, as `object` names them; what is in them is files, which have no fields to be listed. */
async function listFolders(
  bucket: Bucket,
  { prefix, path }: { prefix: string; path: readonly string[] },
  signal: AbortSignal,
): Promise<Listed[]> {
  const [folder = ''] = path.slice(-1);
  const within = folder === '' ? '' : `${folder}/`;
  const start = below(prefix, within);
  const found = await bucket.folders(start, mostListed, signal);
  if (folder !== '' && found.length === 0 && !(await isAnything(bucket, start, signal)))
    throw new Failure('CONFIG', 'listing.missing', 'The bucket has no folder of that name.');
  return found.map((name) => ({ name: within + name.replace(/\/$/, ''), kind: 'object' }));
}

async function isAnything(bucket: Bucket, prefix: string, signal: AbortSignal): Promise<boolean> {
  for await (const key of bucket.keys(prefix, signal)) return key !== '';
  return false;
}

const below = (prefix: string, name: string): string => (prefix ? `${prefix}/${name}` : name);

function runOf({ naming }: TargetRequest): RunName {
  if (naming) return naming;
  throw new TypeError('A run has to say what it is called.');
}
