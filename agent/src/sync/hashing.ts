import { createHmac } from 'node:crypto';
import type { Column } from '../connector/value.js';
import type { Duck } from '../duck/duck.js';
import { Failure } from '../failure.js';
import type { Manifest, Shape } from './baseline.js';
import { canonicalFunction, canonicalJson } from './same-value.js';
import { valueColumn } from './mapping.js';
import type { Run } from './run.js';
import { sealedStore } from './sealed-store.js';

// `snapshots: hashed`: what rests in the bucket has the keys of rows, which removals need, and of everything else one
// HMAC-SHA-256 a row, with a key that the agent has and the bucket has not. A key beside the digests would protect
// nothing: phone numbers and the like are few enough to be tried one by one.
//
//   values, plans, logs   keys and HMAC; the fingerprint of the row is left out of them
//   fingerprints, and what is compared with them (rows that were refused, plans that wait)   encrypted: theirs is a fast hash, not a MAC
//   error texts           left out: what a destination says may quote the row
//
// Work files of a run hold values, and are gone with it.

/** Stands among a baseline's columns for all that are no key. */
export const macName = 'HMAC-SHA-256 of the row';

/** Shorter ones can be guessed. */
export const leastKeyLength = 32;

/** Names of the columns that are kept of a row. */
export function keptNames({
  columns,
  keyColumns,
  mac,
}: Pick<Shape, 'columns' | 'keyColumns' | 'mac'>): string[] {
  const names = columns.map(({ name }) => name);
  return mac === undefined ? names : [...names.slice(0, keyColumns), macName];
}

/** Makes a run able to hash, and unable to store anything else. Throws CONFIG without a key. */
export async function prepareHashing(run: Run): Promise<void> {
  const { request, tools, duck } = run;
  if (request.snapshots !== 'hashed') return;
  const secret = (await tools.hashKey?.()) ?? '';
  if (secret.length < leastKeyLength) throw noKey();
  const key = derived(secret, `sync ${request.workspaceId} ${request.syncId}`);
  run.tools = { ...tools, store: sealedStore(tools.store, derived(key, 'files'), tools.workDir) };
  run.shape.mac = derived(key, 'check').toString('hex').slice(0, 16);
  duck.define(canonicalFunction, canonicalJson);
  await setKey(duck, derived(key, 'rows'));
}

/**
 * A baseline can be compared with only if it was kept alike, and with the same key. Asked to send everything, the run
 * starts over; nothing of what it held is removed then.
 */
export function assertKeptAlike(run: Run): void {
  const { request, baseline, shape } = run;
  const { manifest } = baseline;
  if (!manifest || manifest.mac === shape.mac) return;
  if (request.run.full) {
    run.fresh = true;
    run.baseline = { ...baseline, manifest: undefined };
    return;
  }
  throw manifest.mac === undefined || shape.mac === undefined ? keptOtherwise() : otherKey();
}

/** Values can't be compared one by one, so a row that is the same but for the columns is not known to be. */
export function assertComparable({ shape, footing }: Pick<Run, 'shape' | 'footing'>): void {
  if (shape.mac === undefined || footing.recode === undefined) return;
  throw new Failure(
    'CONFIG',
    'snapshot.hashed_recode',
    'With snapshots: hashed nobody can tell which rows are the same under other columns or types. Send all of them again, or run once with --rebaseline.',
  );
}

/** SQL of a row's HMAC over its columns, as texts; RFC 2104 with what `setKey` has set. */
export function macSql({ columns }: Pick<Manifest, 'columns'> | Pick<Shape, 'columns'>): string {
  const texts = columns.map((column) => `coalesce(${canonicalSql(column)}, '\\N')`);
  const inner = `sha256(getvariable('mac_inner') || encode(concat_ws(chr(9), ${texts.join(', ')})))`;
  return `sha256(getvariable('mac_outer') || unhex(${inner}))`;
}

/**
 * The fingerprint of no row: who finds it compares by HMAC. Marks stay, so that it can be told whose a record is, and so
 * does 8, by which nothing is known of it.
 */
export const bareFingerprint = (rh: string): string =>
  `case when ${rh} - ${rh} % 8 = 8 then ${rh} else 16 + ${rh} % 8 end`;

/** A source may order the keys of json and space them as it likes. */
function canonicalSql({ name, type }: Column): string {
  const column = valueColumn(name);
  return type === 'json'
    ? `case when ${column} is not null then ${canonicalFunction}(${column}) end`
    : column;
}

/** Variables and not literals: an error quotes the statement that it comes of. */
async function setKey(duck: Duck, key: Buffer): Promise<void> {
  const pad = (byte: number): string =>
    Buffer.from(Array.from({ length: 64 }, (_, n) => (key[n] ?? 0) ^ byte)).toString('hex');
  await duck.run(`set variable mac_inner = unhex('${pad(0x36)}')`);
  await duck.run(`set variable mac_outer = unhex('${pad(0x5c)}')`);
}

const derived = (key: string | Buffer, what: string): Buffer =>
  createHmac('sha256', key).update(`drawbridge ${what}`).digest();

function noKey(): Failure {
  return new Failure(
    'CONFIG',
    'snapshot.no_hash_key',
    'The sync has snapshots: hashed, and the agent no key for it: set DRAWBRIDGE_HASH_KEY to env:NAME or file:/path of a secret of at least 32 characters, the same at every agent of the pool.',
  );
}

function otherKey(): Failure {
  return new Failure(
    'CONFIG',
    'snapshot.other_hash_key',
    'What was sent before was hashed with another key than the agent has in DRAWBRIDGE_HASH_KEY. Give it that key, or run the sync with --full or --rebaseline.',
  );
}

function keptOtherwise(): Failure {
  return new Failure(
    'CONFIG',
    'snapshot.kept_otherwise',
    'What was sent before was kept under another snapshots setting. Run the sync once with --full or with --rebaseline; objects of earlier runs stay in the bucket until they expire.',
  );
}
