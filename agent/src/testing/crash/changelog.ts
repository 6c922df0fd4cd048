import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuck, quoteText } from '../../duck/duck.js';
import type { Duck, DuckValue } from '../../duck/duck.js';
import type { RunLog } from '../../sync/log.js';
import { valueColumn } from '../../sync/mapping.js';
import { pathsOf } from '../../sync/paths.js';
import { ids } from '../engine.js';
import type { Scenario } from './scenario.js';
import type { SyncUnderTest } from './sync-under-test.js';

interface Changelog {
  duck: Duck;
  close(): Promise<void>;
}

/**
 * Reads the log as a customer would, by its files and DuckDB alone, into the table `done`: which row became what, or is
 * gone, in which attempt.
 */
async function openChangelog(sync: SyncUnderTest): Promise<Changelog> {
  const directory = join(sync.world.directory, `log-${crypto.randomUUID()}`);
  await mkdir(directory);
  const duck = await openDuck({ directory, memoryMiB: 96 });
  const close = async (): Promise<void> => {
    duck.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const selects = await selectsOf(sync, directory);
    const nothing = `select null::varchar as id, null::varchar as name, null::varchar as team, false as gone, 0 as attempt where false`;
    await duck.run(`create table done as ${[nothing, ...selects].join(' union all ')}`);
    return { duck, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function selectsOf(
  { world: { store }, syncId, scenario }: SyncUnderTest,
  directory: string,
): Promise<string[]> {
  const selects: string[] = [];
  for await (const { key } of store.list(pathsOf({ ...ids, syncId }).changelogs)) {
    if (!/\/_log-\d+\.json$/.test(key)) continue;
    const object = await store.get(key);
    const log = JSON.parse(Buffer.from(object!.body).toString()) as RunLog;
    for (const { change, outcome, operation, files } of log.files) {
      if (!isDone(outcome, operation, scenario)) continue;
      for (const pointer of files) {
        const path = join(directory, `${selects.length}.parquet`);
        await store.download(pointer, path);
        selects.push(selectFrom(path, { change, log, scenario }));
      }
    }
  }
  return selects;
}

/** A record that is there already may be one that an attempt made before it died. */
function isDone(outcome: string, operation: string | undefined, scenario: Scenario): boolean {
  const isHeld = (scenario.promise === 'append' || scenario.isBlind) && !scenario.repeats;
  const isSkipped = ['create', 'update'].includes(scenario.promise) && operation !== undefined;
  return (
    outcome === 'sent' ||
    (outcome === 'uncertain' && isHeld) ||
    (outcome === 'skipped' && isSkipped)
  );
}

function selectFrom(
  path: string,
  { change, log, scenario }: { change: string; log: RunLog; scenario: Scenario },
): string {
  const value = (name: string): string =>
    change === 'removed' || scenario.logs === 'keys' ? 'null' : valueColumn(name);
  return `select ${valueColumn('id')}::varchar as id, ${value('name')}::varchar as name,
    ${value('team')}::varchar as team, ${change === 'removed'} as gone, ${log.epoch} as attempt
    from read_parquet(${quoteText(path)})`;
}

/** Keeps the log of an undisturbed run, for others to be compared with. */
export async function keepReference(sync: SyncUnderTest, file: string): Promise<void> {
  const { duck, close } = await openChangelog(sync);
  try {
    await duck.run(`copy (select * from done) to ${quoteText(file)} (format parquet)`);
  } finally {
    await close();
  }
}

/** What the log tells wrongly, in words; `reference` is that of an undisturbed run on the same rows. */
export async function brokenLog(
  sync: SyncUnderTest,
  reference: string | undefined,
): Promise<string[]> {
  const { duck, close } = await openChangelog(sync);
  try {
    return [
      ...(sync.scenario.repeats ? [] : await doubled(duck, sync.scenario)),
      ...(await otherThanThere(duck, sync)),
      ...(reference ? await otherThanUndisturbed(duck, reference, sync.scenario) : []),
    ];
  } finally {
    await close();
  }
}

/** The same change of one row twice in a row: one of them did not happen. */
async function doubled(duck: Duck, { logs, promise }: Scenario): Promise<string[]> {
  // Without values two changes look alike.
  const same =
    promise === 'append'
      ? 'true'
      : logs === 'keys'
        ? 'gone and was_gone'
        : 'gone = was_gone and name is not distinct from was_name and team is not distinct from was_team';
  const rows =
    await duck.rows(`select id from (select *, lag(gone) over w as was_gone, lag(name) over w as was_name,
      lag(team) over w as was_team, lag(attempt) over w as former from done window w as (partition by id order by attempt))
    where former is not null and ${same} order by id`);
  return told('3: the log tells a change twice', rows);
}

/** Invariants 1 and 3: what the log told last of a row is what is at the destination. */
async function otherThanThere(duck: Duck, sync: SyncUnderTest): Promise<string[]> {
  const { logs, promise, isBlind } = sync.scenario;
  // Nobody knows of what is held whether it is there.
  if (isBlind || logs === 'keys' || ['append', 'replace', 'create', 'update'].includes(promise))
    return [];
  const records = await sync.far.records();
  const last = await duck.rows(`select id, name, team, gone from done
    qualify row_number() over (partition by id order by attempt desc) = 1 order by id`);
  const wrong = last.filter(([id, name, team, gone]) => {
    const record = records.get(String(id));
    if (gone) return ['mirror', 'feed'].includes(promise) && record !== undefined;
    return record !== JSON.stringify([id, name, team]);
  });
  return told('1: the log tells other rows than are at the destination', wrong);
}

async function otherThanUndisturbed(
  duck: Duck,
  reference: string,
  { repeats }: Scenario,
): Promise<string[]> {
  const of = (from: string): string =>
    `select ${repeats ? 'distinct' : ''} id, name, team, gone from ${from}`;
  const all = repeats ? '' : 'all';
  const [here, there] = [of('done'), of(`read_parquet(${quoteText(reference)})`)];
  const more = await duck.rows(`select id from (${here} except ${all} ${there}) order by id`);
  const less = await duck.rows(`select id from (${there} except ${all} ${here}) order by id`);
  return [
    ...told('3: the log tells changes that an undisturbed run does not make', more),
    ...told('3: the log does not tell changes that an undisturbed run makes', less),
  ];
}

function told(what: string, rows: readonly (readonly DuckValue[])[]): string[] {
  if (rows.length === 0) return [];
  const some = rows.slice(0, 5).map(([id]) => String(id));
  return [`${what}: ${rows.length} (${some.join(', ')}${rows.length > 5 ? ', …' : ''})`];
}
