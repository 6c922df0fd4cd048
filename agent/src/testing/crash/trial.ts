import type { CrashPoint } from '../../crash-point.js';
import type { SyncRequest } from '../../sync/sync-request.js';
import { brokenAtTheEnd, brokenBaseline, brokenCount, brokenInReport } from './checks.js';
import { extents, randomFrom } from './changes.js';
import type { Scenario } from './scenario.js';
import { SyncUnderTest } from './sync-under-test.js';
import type { World } from './world.js';

/** Something that happens to a sync, after which one run must set everything right. */
export interface Trial {
  scenario: Scenario;
  /** Decides which rows change and when, and whether it is the same run that is tried again. */
  seed: number;
  disturbance: Disturbance;
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

export interface Verdict extends Happened {
  violations: string[];
}

/** Disturbs, runs again, and compares what the databases, the bucket and the reports say. */
export async function tryOut(world: World, trial: Trial): Promise<Verdict> {
  const { scenario, seed, disturbance } = trial;
  const sync = await SyncUnderTest.open(world, scenario, seed);
  const chance = randomFrom(seed ^ 0x5eed);
  const again = chance() < 0.5 ? { runId: crypto.randomUUID() } : {};
  const request = { ...again, ...askedOf(scenario) };
  const broken: string[] = [];
  const goOn = async (): Promise<void> => {
    broken.push(...(await brokenBaseline(sync)));
    if (chance() < 0.6) await sync.changeSource(extents.change);
    if (chance() < 0.15) await sync.dropCache();
  };
  const happened = await disturbance.happen(sync, {
    request: { ...request, ...scenario.once },
    chance,
    goOn,
  });
  const mark = (await sync.far.taken()).length;
  const { report } = await sync.run(request);
  broken.push(
    ...(happened.violations ?? []),
    ...brokenInReport(report),
    ...(await brokenCount(sync, report, mark)),
    ...(await brokenAtTheEnd(sync)),
  );
  await sync.close();
  return { ...happened, runs: happened.runs + 2 + runsBefore(scenario), violations: broken };
}

/** How often an undisturbed run comes to each point. */
export async function pointsOf(
  world: World,
  scenario: Scenario,
  seed: number,
): Promise<Map<CrashPoint, number>> {
  const sync = await SyncUnderTest.open(world, scenario, seed);
  const { report: first, passed } = await sync.run({ ...askedOf(scenario), ...scenario.once });
  const { report } = scenario.once ? await sync.run(askedOf(scenario)) : { report: first };
  const broken = [...brokenInReport(report), ...(await brokenAtTheEnd(sync))];
  await sync.close();
  if (broken.length > 0)
    throw new Error(`${scenario.name} is broken before anything was done to it: ${broken.join('; ')}`); // prettier-ignore
  return passed;
}

function askedOf({ asked }: Scenario): Partial<SyncRequest> {
  if (!asked) return {};
  return { run: { dryRun: false, full: false, rebaseline: false, verify: false, ...asked } };
}

function runsBefore({ before }: Scenario): number {
  return before.filter((step) => step === 'run' || typeof step === 'object').length;
}
