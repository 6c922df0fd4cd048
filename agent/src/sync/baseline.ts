import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Column } from '../connector/value.js';
import { crashPoint } from '../crash-point.js';
import { Failure } from '../failure.js';
import type { ObjectPointer, Store, WriteCondition } from '../store/store.js';
import type { FingerprintFile } from './fingerprint-files.js';
import type { InFlight } from './journal.js';
import type { SyncPaths } from './paths.js';
import { waysOut } from './ways-out.js';

/** The one object that moves. Everything else in a baseline is written once and never changed. */
export interface Head {
  /** Absent in format 1, which is the only one so far. */
  format?: number;
  /** 0 while there is no baseline yet. */
  generation: number;
  epoch: string;
  runId: string;
  manifest?: ObjectPointer;
  /** A delivery that has begun and is not recorded yet: what a restart has to look into. */
  inFlight?: InFlight;
  /** Runs that are recorded and whose log is still to be written, oldest first. */
  unlogged?: InFlight[];
  /** Rows that were recorded as held back, and perhaps not told of. */
  held?: HeldRows;
  /** What it does not name may go, once it is old enough. Absent in what older agents left. */
  horizon?: Horizon;
}

/** A baseline of some time ago. */
export interface Horizon {
  generation: number;
  manifest: ObjectPointer;
  /** ISO 8601, UTC, by the agent's clock. */
  since: string;
}

export interface HeldRows {
  /** Who recorded them, then who told of them. */
  runId: string;
  rows: number;
  told: boolean;
}

/** Newer ones are for newer agents: who guesses at their meaning may send rows twice, or never. */
const formats = { head: 1, manifest: 2 } as const;

export interface Manifest {
  format: typeof formats.manifest;
  generation: number;
  /** Seed of the fingerprints, decimal; secret of the sync. */
  seed: string;
  /** Key columns first, then the others by name. */
  columns: Column[];
  keyColumns: number;
  /** Where the rows were acknowledged; see `targetOf`. */
  target: string;
  /** Digest of where the destination's settings led, see `placeOf` in `job/`. Absent in what older agents left. */
  place?: string | undefined;
  /** How the source wrote the values, see `RowStream`. Absent in what older agents left. */
  form?: string | undefined;
  /** What the rows were sent as; see `mappingDigest`. Absent: as any mapping would, for all we know. */
  mapping?: string | undefined;
  /** Names the key that rows were hashed with; absent where their values are kept. */
  mac?: string | undefined;
  rows: number;
  /** Oldest first; a later one wins for the keys that it names. */
  segments: Segment[];
  /** Rows that the destination refused in the runs before. */
  rejected?: RejectedSegment | undefined;
}

/** What the fingerprints of a run are made with and whom they are for; it stays while the baseline does. */
export interface Shape {
  seed: bigint;
  columns: readonly Column[];
  keyColumns: number;
  target: string;
  place?: string | undefined;
  form?: string | undefined;
  mapping: string | undefined;
  /** Names the key that rows are hashed with; absent where their values are kept. */
  mac?: string | undefined;
}

/** Rows that were acknowledged together, or taken out together. */
export interface Segment {
  kind: 'put' | 'remove';
  /** No earlier segment has its keys. */
  isNew: boolean;
  rows: number;
  fingerprint: ObjectPointer;
  /** Parquet: key fingerprints, and for `put` the acknowledged values. */
  values: ObjectPointer[];
}

/** Parquet of key and row fingerprints, with how often, when and why each row was refused last. */
export interface RejectedSegment {
  rows: number;
  file: ObjectPointer;
}

export interface Baseline {
  head: Head;
  /** Undefined until the head was written for the first time. */
  etag: string | undefined;
  manifest: Manifest | undefined;
}

/** `tolerant`: a manifest that is missing or damaged counts as none. */
export async function readBaseline(
  store: Store,
  paths: SyncPaths,
  options: { signal: AbortSignal; tolerant: boolean },
): Promise<Baseline> {
  const { signal, tolerant } = options;
  const object = await store.get(paths.head, signal);
  if (!object)
    return { head: { generation: 0, epoch: '0', runId: '' }, etag: undefined, manifest: undefined };
  const head = parseJson<Head>(object.body);
  refuseNewer(head.format, formats.head);
  const etag = object.etag;
  try {
    return {
      head,
      etag,
      manifest: head.manifest && (await readManifest(store, head.manifest, signal)),
    };
  } catch (error) {
    if (tolerant && error instanceof Failure && error.code.startsWith('baseline.'))
      return { head, etag, manifest: undefined };
    throw error;
  }
}

/** Moves the head, if nobody else has moved it since it was read. */
export async function moveHead(
  store: Store,
  target: { paths: SyncPaths; etag: string | undefined },
  head: Head,
): Promise<string> {
  const condition: WriteCondition =
    target.etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: target.etag };
  try {
    return (await store.put(target.paths.head, Buffer.from(JSON.stringify(head)), condition)).etag;
  } catch (error) {
    if (error instanceof Failure && error.code === 'store.conflict')
      throw new Failure('CANCELLED', 'baseline.fenced', 'Another agent has taken this sync over.', {
        cause: error,
      });
    throw error;
  }
}

export function newSeed(): bigint {
  return randomBytes(8).readBigUInt64LE();
}

/** A local copy of a segment, fetched once and known by its digest. */
export async function cached(
  tools: { store: Store; cacheDir: string; signal: AbortSignal },
  pointer: ObjectPointer,
): Promise<string> {
  const path = join(tools.cacheDir, pointer.sha256);
  // A copy that was cut short is no copy.
  if ((await stat(path).catch(() => undefined))?.size === pointer.bytes) return path;
  await mkdir(tools.cacheDir, { recursive: true });
  const unfinished = `${path}.${randomBytes(4).toString('hex')}`;
  await tools.store.download(pointer, unfinished, tools.signal).catch((error: unknown) => {
    throw missing(error);
  });
  crashPoint('cache.fetched');
  await rename(unfinished, path);
  return path;
}

/** Local copies of several, in their order. */
export async function allCached(
  tools: { store: Store; cacheDir: string; signal: AbortSignal },
  pointers: readonly ObjectPointer[],
): Promise<string[]> {
  const paths: string[] = [];
  for (const pointer of pointers) paths.push(await cached(tools, pointer));
  return paths;
}

/** Local copies of the fingerprints of a baseline, oldest first. */
export async function fingerprintFiles(
  tools: { store: Store; cacheDir: string; signal: AbortSignal },
  manifest: Manifest | undefined,
): Promise<FingerprintFile[]> {
  const files: FingerprintFile[] = [];
  for (const { fingerprint, rows, isNew } of manifest?.segments ?? [])
    files.push({ path: await cached(tools, fingerprint), rows, isNew });
  return files;
}

/** Everything that a baseline is made of. */
export function pointersOf({ segments, rejected }: Manifest): ObjectPointer[] {
  const pointers = segments.flatMap(({ fingerprint, values }) => [fingerprint, ...values]);
  return rejected ? [...pointers, rejected.file] : pointers;
}

export async function readManifest(
  store: Store,
  pointer: ObjectPointer,
  signal: AbortSignal,
): Promise<Manifest> {
  const object = await store.get(pointer.key, signal);
  if (!object)
    throw new Failure(
      'CONFIG',
      'baseline.missing',
      `The baseline is not in the bucket. ${waysOut}`,
    );
  if (createHash('sha256').update(object.body).digest('hex') !== pointer.sha256)
    throw new Failure(
      'CONFIG',
      'baseline.corrupt',
      `The baseline in the bucket is not what was written. ${waysOut}`,
    );
  const manifest = parseJson<Manifest>(object.body);
  refuseNewer(manifest.format, formats.manifest);
  return latestFormat(manifest);
}

function refuseNewer(format: number | undefined, newest: number): void {
  if (format === undefined || format <= newest) return;
  throw new Failure(
    'CONFIG',
    'baseline.too_new',
    'A newer agent wrote the baseline of this sync, in a form that this one does not know. Install the newer version again.',
  );
}

/** Format 1 had one file of values in each segment, and only its first was sure to be new. */
function latestFormat(manifest: Manifest): Manifest {
  const segments = manifest.segments.map((segment, n): Segment => ({
    ...segment,
    isNew: segment.isNew ?? (n === 0 && segment.kind === 'put'),
    values: [segment.values].flat(),
  }));
  return { ...manifest, format: formats.manifest, segments };
}

function missing(error: unknown): unknown {
  if (!(error instanceof Failure) || !['store.missing', 'store.corrupt'].includes(error.code))
    return error;
  const code = error.code === 'store.missing' ? 'baseline.missing' : 'baseline.corrupt';
  return new Failure('CONFIG', code, `A part of the baseline is missing or damaged. ${waysOut}`, {
    cause: error,
  });
}

function parseJson<T>(body: Uint8Array): T {
  try {
    return JSON.parse(Buffer.from(body).toString()) as T;
  } catch (error) {
    throw new Failure(
      'CONFIG',
      'baseline.corrupt',
      `The baseline in the bucket can not be read. ${waysOut}`,
      { cause: error },
    );
  }
}
