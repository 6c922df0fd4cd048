import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entry } from './inbox.js';
import type { Message } from '../slack/workspace.js';
import type { CrmRecord } from './crm.js';
import type { Scenario } from './scenario.js';
import { SyncUnderTest } from './sync-under-test.js';
import type { Start } from './sync-under-test.js';
import { keepTables, putBackTables, setRefusing } from './tables.js';
import type { World } from './world.js';

const hereTables = ['person'];
const thereTables = ['log', 'person', 'event', 'team'];

/**
 * A scenario with everything done that comes before the disturbed run, kept so that each trial begins with exactly that:
 * tables, bucket, caches. It saves a trial most of its runs, and makes the disturbed run the very one that was watched.
 */
export class Prepared {
  private constructor(
    private readonly world: World,
    private readonly scenario: Scenario,
    private readonly kept: {
      name: string;
      start: Start;
      inbox: { records: Map<string, string>; log: Entry[] };
      crm: CrmRecord[];
      messages: readonly Message[];
    },
  ) {}

  static async open(world: World, scenario: Scenario, seed: number): Promise<Prepared> {
    const name = `kept_${crypto.randomUUID().slice(0, 8)}`;
    await rm(bucketOf(world), { recursive: true, force: true });
    await mkdir(bucketOf(world), { recursive: true });
    const sync = await SyncUnderTest.open(world, scenario, seed);
    const start = sync.start();
    await keepTables(world.here, name, hereTables);
    await keepTables(world.there, name, thereTables);
    await cp(bucketOf(world), join(world.directory, name, 'bucket'), { recursive: true });
    await cp(sync.cache, join(world.directory, name, 'cache'), { recursive: true }).catch(
      // Nothing has run yet, or the cache was dropped.
      () => undefined,
    );
    const { records, log } = world.inbox;
    return new Prepared(world, scenario, {
      name,
      start,
      inbox: { records: new Map(records), log: [...log] },
      crm: world.crm.records(),
      messages: [...world.feed.messages()],
    });
  }

  /** The world as it was kept, and the sync in it; `seed` decides what happens from here on. */
  async begin(seed: number): Promise<SyncUnderTest> {
    const { world, scenario, kept } = this;
    const { name, start, inbox, crm, messages } = kept;
    await Promise.all([
      putBackTables(world.here, name, hereTables),
      setRefusing(world.there, start.isRefusing).then(() =>
        putBackTables(world.there, name, thereTables),
      ),
    ]);
    world.inbox.clear();
    for (const [id, row] of inbox.records) world.inbox.records.set(id, row);
    world.inbox.log.push(...inbox.log);
    world.crm.putBack(crm);
    world.feed.putBack(messages);
    const folder = join(world.directory, name);
    await rm(bucketOf(world), { recursive: true, force: true });
    await cp(join(folder, 'bucket'), bucketOf(world), { recursive: true });
    const sync = SyncUnderTest.from(world, scenario, { start, seed });
    await rm(sync.folder, { recursive: true, force: true });
    await cp(join(folder, 'cache'), sync.cache, { recursive: true }).catch(() => undefined);
    return sync;
  }

  /** Where the log of an undisturbed run is kept. */
  get reference(): string {
    return join(this.world.directory, this.kept.name, 'log.parquet');
  }
}

const ready = new WeakMap<World, Map<Scenario, Prepared>>();

/** Made once in each world that asks for it. */
export async function prepared(world: World, scenario: Scenario): Promise<Prepared> {
  const known = ready.get(world)?.get(scenario);
  if (known) return known;
  const made = await Prepared.open(world, scenario, seedOf(scenario));
  ready.set(world, (ready.get(world) ?? new Map()).set(scenario, made));
  return made;
}

export function isPrepared(world: World, scenario: Scenario): boolean {
  return ready.get(world)?.has(scenario) ?? false;
}

/** The same in every run of the suite, so that what was watched is what is disturbed. */
function seedOf({ name }: Scenario): number {
  return [...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7) >>> 0;
}

const bucketOf = ({ directory, bucket }: World): string => join(directory, 'bucket', bucket.bucket);
