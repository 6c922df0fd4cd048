import type { Crash, CrashPoint } from '../../crash-point.js';
import { brokenAtTheEnd, brokenBaseline, brokenCount, brokenInReport } from './checks.js';
import { extents, randomFrom } from './changes.js';
import type { Scenario } from './scenario.js';
import { SyncUnderTest } from './sync-under-test.js';
import type { World } from './world.js';

/** A run that dies, or several in turn, and one that must set everything right. */
export interface Trial {
  scenario: Scenario;
  /** The second one is met by the run that recovers from the first. */
  crashes: readonly Crash[];
  /** Decides which rows change and when, and whether it is the same run that is tried again. */
  seed: number;
}

export interface Verdict {
  /** Runs that were made. */
  runs: number;
  violations: string[];
  /** False when the scenario did not come to the first point. */
  died: boolean;
}

/** Kills, restarts, and compares what the databases, the bucket and the reports say. */
export async function tryOut(world: World, trial: Trial): Promise<Verdict> {
  const { scenario, crashes, seed } = trial;
  const sync = await SyncUnderTest.open(world, scenario, seed);
  const chance = randomFrom(seed ^ 0x5eed);
  const again = chance() < 0.5 ? { runId: crypto.randomUUID() } : {};
  const asked = askedOf(scenario);
  const broken: string[] = [];
  let died = false;
  for (const [n, crash] of crashes.entries()) {
    const isDead = await sync.crash(crash, { ...again, ...asked });
    if (n === 0) died = isDead;
    broken.push(...(await brokenBaseline(sync)));
    if (chance() < 0.6) await sync.changeSource(extents.change);
    if (chance() < 0.15) await sync.dropCache();
  }
  const mark = (await sync.far.taken()).length;
  const { report } = await sync.run({ ...again, ...asked });
  broken.push(...brokenInReport(report), ...(await brokenCount(sync, report, mark)));
  broken.push(...(await brokenAtTheEnd(sync)));
  await sync.close();
  return { runs: crashes.length + 2 + runsBefore(scenario), violations: broken, died };
}

/** How often an undisturbed run comes to each point. */
export async function pointsOf(
  world: World,
  scenario: Scenario,
  seed: number,
): Promise<Map<CrashPoint, number>> {
  const sync = await SyncUnderTest.open(world, scenario, seed);
  const { report, passed } = await sync.run(askedOf(scenario));
  const broken = [...brokenInReport(report), ...(await brokenAtTheEnd(sync))];
  await sync.close();
  if (broken.length > 0)
    throw new Error(`${scenario.name} is broken before anything was done to it: ${broken.join('; ')}`); // prettier-ignore
  return passed;
}

function askedOf({ asked }: Scenario) {
  if (!asked) return {};
  return { run: { dryRun: false, full: false, rebaseline: false, verify: false, ...asked } };
}

function runsBefore({ before }: Scenario): number {
  return before.filter((step) => step === 'run' || typeof step === 'object').length;
}
