import type { CrashPoint } from '../../crash-point.js';
import { frozen } from './crashes.js';
import {
  answersOf,
  bucketBreaks,
  bucketFaults,
  bucketStumbles,
  clockJumps,
  diskIsFull,
  lineBreaks,
  requestsOf,
} from './faults.js';
import type { BucketFault } from './faults.js';
import { deliveryPoints } from './plan.js';
import type { Extent, Seen } from './plan.js';
import { isPrepared, prepared } from './prepared.js';
import { scenarios } from './scenario.js';
import type { Scenario } from './scenario.js';
import { canMount } from './small-disk.js';
import type { SyncUnderTest } from './sync-under-test.js';
import type { Disturbance, Trial } from './trial.js';
import type { World } from './world.js';

const named = (name: string): Scenario => {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (!found) throw new Error(`There is no scenario "${name}".`);
  return found;
};

export interface Faults {
  trials: Trial[];
  /** Trials that can't be made here, with the reason as `mayMiss`. */
  impossible: Trial[];
}

/** Everything that happens to a run from outside: its bucket, its lines, its disk, its machine, its clock. */
export async function everyFault(
  worlds: readonly World[],
  seen: Seen,
  { isThorough, seed }: Extent,
): Promise<Faults> {
  const seeded = (from: number, trials: readonly Unseeded[]): Trial[] =>
    trials.map((trial, n) => ({ ...trial, seed: seed + from + n }));
  const disk = seeded(30_000, diskTrials());
  const hasDisk = await canMount(worlds[0]!.directory);
  const trials = [
    ...(await bucketTrials(worlds, isThorough)),
    ...(await lineTrials(worlds)),
    ...freezeTrials(seen, isThorough),
    ...clockTrials(isThorough),
  ];
  return {
    trials: [...seeded(20_000, trials), ...(hasDisk ? disk : [])],
    impossible: hasDisk ? [] : disk.map((trial) => ({ ...trial, mayMiss: noMount })),
  };
}

const noMount = 'a small disk takes a mount, which this user may not make';

type Unseeded = Omit<Trial, 'seed'>;

function on(scenario: string, disturbance: Disturbance): Unseeded {
  return { scenario: named(scenario), disturbance };
}

/** The sync as a trial of it begins, in the world that has it ready. */
async function begun(worlds: readonly World[], name: string): Promise<SyncUnderTest> {
  const scenario = named(name);
  const world = worlds.find((one) => isPrepared(one, scenario)) ?? worlds[0]!;
  return (await prepared(world, scenario)).begin(0);
}

/** Each request of a run, by one fault after the other or by each; and from a request on, for good. */
async function bucketTrials(worlds: readonly World[], isThorough: boolean): Promise<Unseeded[]> {
  const faults = Object.keys(bucketFaults) as BucketFault[];
  const trials: Unseeded[] = [];
  for (const name of ['mirror', 'append, hold, recovering']) {
    const sync = await begun(worlds, name);
    const requests = await requestsOf(sync);
    await sync.close();
    for (let nth = 1; nth <= requests; nth += 1) {
      const inTurn = faults[nth % faults.length]!;
      for (const fault of isThorough ? faults : [inTurn])
        trials.push(on(name, bucketStumbles(fault, nth)));
      if (isThorough || nth % 3 === 0) trials.push(on(name, bucketBreaks(inTurn, nth)));
      if (isThorough) trials.push(on(name, bucketBreaks('a lost answer', nth)));
    }
  }
  return trials;
}

/** What Postgres and an HTTP server say when they have done what was asked. */
const committed = /COMMIT\0/;
const copied = /COPY \d+\0/;
const taken = /^HTTP\/1\.1 200/;

const lines = [
  { which: 'target', answer: committed, of: ['mirror', 'mirror, recovering', 'update', 'create', 'replace', 'undo'] },
  { which: 'target', answer: copied, of: ['append, hold', 'append, resend', 'mirror, first run'] },
  { which: 'inbox', answer: taken, of: ['http', 'http append, hold', 'http append, resend'] },
  { which: 'feed', answer: taken, of: ['slack', 'slack, blind'] },
  { which: 'source', answer: copied, of: ['mirror', 'mirror, first run', 'mirror, full'] },
] as const; // prettier-ignore

/** At the first answers and at the last. */
async function lineTrials(worlds: readonly World[]): Promise<Unseeded[]> {
  const trials: Unseeded[] = [];
  for (const { which, answer, of } of lines)
    for (const name of of) {
      const sync = await begun(worlds, name);
      const last = await answersOf(sync, which, answer);
      await sync.close();
      for (const nth of new Set([1, Math.min(2, last), last]))
        trials.push(on(name, lineBreaks(which, { answer, nth })));
    }
  return trials;
}

function diskTrials(): Unseeded[] {
  const full = (name: string, sizes: readonly number[]): Unseeded[] =>
    sizes.map((kib) => on(name, diskIsFull(kib * 1024)));
  // Each is too small, at another moment.
  return [
    ...full('mirror', [16, 32, 48, 56, 64]),
    ...full('mirror, compacting', [32, 96, 160, 224, 288]),
  ];
}

/** One for each way to deliver, to stop in the middle of it, and to go on after a crash. */
const ways = new Set([
  'mirror, recovering',
  'mirror, first run',
  'mirror, looking up',
  'append, hold',
  'append, resend',
  'http',
  'http append, hold',
  'slack',
  'replace',
  'update',
  'create',
  'undo',
  'canary',
  'upsert, archive',
]);
const sending: readonly CrashPoint[] = [
  'make.before',
  'batch.before',
  'batch.leaving',
  'batch.answered',
  'finish.before',
  'finish.statement',
  'finish.after',
];

/** Every point of one scenario, and those around sending in all ways to deliver: there a lost lease could still do harm. */
function freezeTrials(seen: Seen, isThorough: boolean): Unseeded[] {
  const points = isThorough ? [...deliveryPoints, ...sending] : sending;
  return [...seen].flatMap(([scenario, { passed }]) =>
    [...passed.keys()]
      .filter(
        (point) =>
          scenario.name === 'mirror' ||
          (points.includes(point) && (isThorough || ways.has(scenario.name))),
      )
      .map((point) => ({ scenario, disturbance: frozen({ point, nth: 1 }) })),
  );
}

/** Out and back, or further out; a day and more, so that signatures, time-outs and names of files all notice. */
const jumps = [
  [26, -52],
  [-26, 52],
  [1, 399],
  [-400, 1],
] as const;

function clockTrials(isThorough: boolean): Unseeded[] {
  const first = { point: 'snapshot.after', nth: 1 } as const;
  const second = { point: 'batch.answered', nth: 1 } as const;
  return ['mirror', 'mirror, recovering', 'mirror, first run', 'append, hold', 'http', 'canary'].flatMap(
    (name) =>
      jumps.flatMap((hours) =>
        (isThorough ? [true, false] : [hours[1] > 0]).map((dies) => on(name, clockJumps(hours, { first, second, dies }))),
      ),
  ); // prettier-ignore
}
