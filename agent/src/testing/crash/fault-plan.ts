import { frozen } from './crashes.js';
import {
  bucketBreaks,
  bucketFaults,
  bucketStumbles,
  clockJumps,
  diskIsFull,
  lineBreaks,
  requestsOf,
} from './faults.js';
import type { BucketFault } from './faults.js';
import type { Passed } from './plan.js';
import { scenarios } from './scenario.js';
import type { Scenario } from './scenario.js';
import { canMount } from './small-disk.js';
import { SyncUnderTest } from './sync-under-test.js';
import type { Disturbance, Trial } from './trial.js';
import type { World } from './world.js';

const named = (name: string): Scenario => {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (!found) throw new Error(`There is no scenario "${name}".`);
  return found;
};

/** Everything that happens to a run from outside: its bucket, its lines, its disk, its machine. */
export async function everyFault(
  world: World,
  passed: Passed,
  { seed, say }: { seed: number; say: (line: string) => void },
): Promise<Trial[]> {
  const trials = [
    ...(await bucketTrials(world, seed)),
    ...lineTrials(),
    ...(await diskTrials(world, say)),
    ...freezeTrials(passed),
    ...[-26, 1, 400].map((hours) => on('mirror', clockJumps(hours))),
  ];
  return trials.map((trial, n) => ({ ...trial, seed: seed + 20_000 + n }));
}

type Unseeded = Omit<Trial, 'seed'>;

function on(scenario: string, disturbance: Disturbance): Unseeded {
  return { scenario: named(scenario), disturbance };
}

/** Each request of a run, by each fault; from each request on, by one fault after the other. */
async function bucketTrials(world: World, seed: number): Promise<Unseeded[]> {
  const faults = Object.keys(bucketFaults) as BucketFault[];
  const trials: Unseeded[] = [];
  for (const name of ['mirror', 'append, hold, recovering']) {
    const sync = await SyncUnderTest.open(world, named(name), seed);
    const requests = await requestsOf(sync);
    await sync.close();
    for (let nth = 1; nth <= requests; nth += 1) {
      for (const fault of faults) trials.push(on(name, bucketStumbles(fault, nth)));
      trials.push(on(name, bucketBreaks(faults[nth % faults.length]!, nth)));
      trials.push(on(name, bucketBreaks('a lost answer', nth)));
    }
  }
  return trials;
}

/** What Postgres and an HTTP server say when they have done what was asked. */
const committed = /COMMIT\0/;
const copied = /COPY \d+\0/;
const taken = /^HTTP\/1\.1 200/;

function lineTrials(): Unseeded[] {
  const trials: Unseeded[] = [];
  for (const nth of [1, 2, 5]) {
    for (const name of ['mirror', 'mirror, recovering', 'update', 'create'])
      trials.push(on(name, lineBreaks('target', { answer: committed, nth })));
    for (const name of ['append, hold', 'append, resend', 'mirror, first run'])
      trials.push(on(name, lineBreaks('target', { answer: copied, nth })));
    for (const name of ['http', 'http append, hold', 'http append, resend'])
      trials.push(on(name, lineBreaks('inbox', { answer: taken, nth })));
  }
  for (const name of ['mirror', 'mirror, first run', 'mirror, full'])
    trials.push(on(name, lineBreaks('source', { answer: copied, nth: 1 })));
  return trials;
}

async function diskTrials({ directory }: World, say: (line: string) => void): Promise<Unseeded[]> {
  if (!(await canMount(directory))) {
    say('Skipped: the full disk. It takes a mount, which this user may not make.');
    return [];
  }
  return [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 384].flatMap((kib) =>
    ['mirror', 'mirror, compacting'].map((name) => on(name, diskIsFull(kib * 1024))),
  );
}

/** At `batch.before` a batch has passed its last check: what leaves then only the destination could fence. */
function freezeTrials(passed: Passed): Unseeded[] {
  const seen = passed.get(named('mirror')) ?? new Map();
  return [...seen.keys()]
    .filter((point) => point !== 'batch.before')
    .map((point) => on('mirror', frozen({ point, nth: 1 })));
}
