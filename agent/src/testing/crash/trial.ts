import type { CrashPoint } from '../../crash-point.js';
import type { SyncRequest } from '../../sync/sync-request.js';
import { brokenAtTheEnd, brokenBaseline, brokenCount, brokenInReport } from './checks.js';
import { brokenLog, keepReference } from './changelog.js';
import { extents, randomFrom } from './changes.js';
import type { DriverAnswer } from './driver-job.js';
import { prepared } from './prepared.js';
import type { Scenario } from './scenario.js';
import type { SyncUnderTest } from './sync-under-test.js';
import type { World } from './world.js';

/** Something that happens to a sync, after which one run must set everything right. */
export interface Trial {
  scenario: Scenario;
  /** Decides which rows change and when, and whether it is the same run that is tried again. */
  seed: number;
  disturbance: Disturbance;
  /** Why it may be that nothing happens; without a reason the suite fails then. */
  mayMiss?: string;
}

export interface Disturbance {
  name: string;
  happen(sync: SyncUnderTest, occasion: Occasion): Promise<Happened>;
}

export interface Occasion {
  /** What the disturbed runs are asked, and the one that sets things right. */
  request: Partial<SyncRequest>;
  chance: () => number;
  /** Life goes on: rows change, a cache may be lost. To be called after each run. */
  goOn(): Promise<void>;
}

export interface Happened {
  /** False when the run was over before it could happen. */
  happened: boolean;
  runs: number;
  violations?: string[];
}

/** What an undisturbed run of a scenario does. */
export interface Watched {
  passed: ReadonlyMap<CrashPoint, number>;
  /** A file with what it logs. */
  reference: string;
}

export interface Verdict extends Happened {
  violations: string[];
}

/** Disturbs, runs again, and compares what the databases, the bucket and the reports say. */
export async function tryOut(
  world: World,
  { scenario, seed, disturbance }: Trial,
  reference: string,
): Promise<Verdict> {
  const sync = await (await prepared(world, scenario)).begin(seed);
  const chance = randomFrom(seed ^ 0x5eed);
  const again = chance() < 0.5 ? { runId: crypto.randomUUID() } : {};
  const request = { ...again, ...askedOf(scenario) };
  // Where nothing changes meanwhile, the log must be the one of an undisturbed run.
  const isQuiet = chance() < 0.5;
  const broken: string[] = [];
  const goOn = async (): Promise<void> => {
    broken.push(...(await brokenBaseline(sync)));
    if (!isQuiet) await sync.changeSource(extents.change);
    if (chance() < 0.15) await sync.dropCache();
  };
  const first = { ...request, ...sync.once() };
  const happened = await disturbance.happen(sync, { request: first, chance, goOn });
  // As a job that is tried again: the next ordinary run would take it for done.
  if (scenario.undoes) broken.push(...brokenUndo(await sync.run(first)));
  const mark = (await sync.far.taken()).length;
  const { report } = await sync.run(request);
  broken.push(
    ...(happened.violations ?? []),
    ...brokenInReport(report, sync),
    ...(await brokenCount(sync, report, mark)),
    ...(await brokenAtTheEnd(sync)),
    ...(await brokenLog(sync, isQuiet ? reference : undefined)),
  );
  await sync.close();
  const runs = happened.runs + (scenario.undoes ? 3 : 2);
  return { ...happened, runs, violations: broken };
}

/** An undisturbed run from the same start: how often it comes to each point, and what it logs. */
export async function watch(world: World, scenario: Scenario): Promise<Watched> {
  const ready = await prepared(world, scenario);
  const sync = await ready.begin(0);
  const asked = askedOf(scenario);
  const { passed } = await sync.run({ ...asked, ...sync.once() });
  const { report } = await sync.run(asked);
  const broken = [...brokenInReport(report, sync), ...(await brokenAtTheEnd(sync))];
  broken.push(...(await brokenLog(sync, undefined)));
  await keepReference(sync, ready.reference);
  await sync.close();
  if (broken.length > 0)
    throw new Error(`${scenario.name} is broken before anything was done to it: ${broken.join('; ')}`); // prettier-ignore
  return { passed, reference: ready.reference };
}

function brokenUndo({ report: { outcome, failure } }: DriverAnswer): string[] {
  if (outcome === 'succeeded') return [];
  return [`3: the undo that was tried again ended as ${outcome}: ${failure?.failure.code ?? ''}`];
}

function askedOf({ asked }: Scenario): Partial<SyncRequest> {
  if (!asked) return {};
  return { run: { dryRun: false, full: false, rebaseline: false, verify: false, ...asked } };
}
