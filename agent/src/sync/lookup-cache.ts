import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import { crashPoint } from '../crash-point.js';
import { quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import type { ObjectPointer } from '../store/store.js';
import type { OpenLookup } from './open-lookups.js';
import type { Run } from './run.js';
import { asParquet } from './work-files.js';

// Records that were found are remembered in the bucket for an hour, so that a run that goes on after a crash, and the runs
// of that hour, do not ask for them again. What was missing is always asked for again, it may have come. A record that
// is gone meanwhile is still believed to be there; so what a refused row was given is forgotten (`forget-found.ts`), and a
// run with --full believes nothing. It is values that rest there: with `snapshots: hashed` nothing is remembered.

export const rememberedMs = 3_600_000;

/** Takes from `asked` what is remembered. What can't be read is asked for: it costs time and nothing else. */
export async function recall(run: Run, each: OpenLookup, asked: string): Promise<void> {
  const { request, duck, tools } = run;
  if (request.snapshots !== 'full') return;
  const known = await newest(run, each);
  if (!known || request.run.full) return;
  const columns = each.matchColumns.join(', ');
  const now = tools.clock.now();
  // A clock that went back makes everything too new to be believed.
  const isFresh = `found_at > ${now - rememberedMs} and found_at <= ${now}`;
  try {
    await tools.store.download(known, fileOf(run, each), tools.signal);
  } catch (error) {
    if (isUnreadable(error)) return;
    throw error;
  }
  each.remembered = `read_parquet(${quoteText(fileOf(run, each))}) where ${isFresh}`;
  await duck.run(`insert into ${each.table}
    select ${columns}, 'found', value, cast(null as integer), found_at from ${asked}
    join (select * from ${each.remembered}) using (${columns})`);
  await duck.run(
    `delete from ${asked} where (${columns}) in (select (${columns}) from ${each.table})`,
  );
}

/** Remembers what was found, and what is remembered of other rows. One object takes the place of the one before. */
export async function remember(run: Run, each: OpenLookup): Promise<void> {
  const { request, duck, tools, paths } = run;
  if (request.snapshots !== 'full' || request.run.dryRun) return;
  const columns = each.matchColumns.join(', ');
  const other = each.remembered
    ? `union all select ${columns}, value, found_at from ${each.remembered}
        and (${columns}) not in (select (${columns}) from ${each.table})`
    : '';
  const file = `${fileOf(run, each)}.next`;
  await duck.run(`copy (select ${columns}, value, found_at from ${each.table} where outcome = 'found' ${other})
    to ${quoteText(file)} ${asParquet}`);
  const stale: string[] = [];
  const folder = paths.lookup(nameOf(run, each));
  for await (const { key } of tools.store.list(folder, tools.signal)) stale.push(key);
  const key = `${folder}${tools.clock.now()}-${await sha256Of(file)}.parquet`;
  if (stale.includes(key)) return;
  crashPoint('found.before');
  await tools.store.upload(key, file, tools.signal);
  crashPoint('found.after');
  if (stale.length === 0) return;
  await tools.store.remove(stale);
  crashPoint('found.swept');
}

/** Its name says when it was written and what is in it. */
async function newest(run: Run, each: OpenLookup): Promise<ObjectPointer | undefined> {
  const { tools, paths } = run;
  let found: (ObjectPointer & { at: number }) | undefined;
  for await (const { key, bytes } of tools.store.list(
    paths.lookup(nameOf(run, each)),
    tools.signal,
  )) {
    const [, at, sha256] = /^(\d+)-([0-9a-f]{64})\.parquet$/.exec(basename(key)) ?? [];
    if (at === undefined || sha256 === undefined) continue;
    if (!found || Number(at) > found.at) found = { key, bytes, sha256, at: Number(at) };
  }
  return found;
}

/** Whatever makes another answer of the same question is part of the name. */
function nameOf({ request }: Run, { lookup, match, finder }: OpenLookup): string {
  const { object, returns } = lookup;
  const by = match.map(({ name, type }) => [name, type]);
  const { destinationName, place, options } = request;
  const whole = JSON.stringify([destinationName, place, object, by, returns, finder.type, options]);
  return createHash('sha256').update(whole).digest('hex').slice(0, 32);
}

const fileOf = ({ tools }: Run, { table }: OpenLookup): string =>
  join(tools.workDir, `${table}-remembered.parquet`);

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const isUnreadable = (error: unknown): boolean =>
  error instanceof Failure && ['store.missing', 'store.corrupt'].includes(error.code);
