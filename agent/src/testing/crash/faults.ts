import type { Crash } from '../../crash-point.js';
import { S3Error } from '@drawbridge/local/bucket/s3-error.js';
import type { Mood } from '@drawbridge/local/bucket/bucket.js';
import type { TcpProxy } from '../tcp-proxy.js';
import { brokenInReport } from './checks.js';
import type { DriverJob } from './driver-job.js';
import { inMood } from './mood.js';
import { withSmallDisk } from './small-disk.js';
import type { SyncUnderTest } from './sync-under-test.js';
import type { Disturbance } from './trial.js';
import type { World } from './world.js';

export const bucketFaults = {
  '500': { error: new S3Error(500, 'InternalError', 'We encountered an internal error.') },
  '503': { error: new S3Error(503, 'SlowDown', 'Please reduce your request rate.') },
  silence: 'hang',
  'a lost answer': 'lose',
} as const satisfies Record<string, Mood['does']>;

/** Only silence has to be waited for; a busy machine must not be taken for a silent bucket. */
const patience = (fault: BucketFault, stillMs: number): Partial<DriverJob> =>
  fault === 'silence' ? { stillMs } : {};

export type BucketFault = keyof typeof bucketFaults;

/** The n-th request of a run meets a fault, once: the run must not mind. */
export function bucketStumbles(fault: BucketFault, nth: number): Disturbance {
  return {
    name: `the bucket answers request ${nth} with ${fault}`,
    happen: async (sync, { request, goOn }) => {
      const mood = moodFrom(bucketFaults[fault], nth, 1);
      const { report } = await inMood(sync.world.bucket, mood, () =>
        sync.run(request, patience(fault, 2_000)),
      );
      await goOn();
      const violations = brokenInReport(report, sync).map((what) => `${what} (one bad answer)`);
      return { happened: mood.times === 0, runs: 1, violations };
    },
  };
}

/** From the n-th request on the bucket is out of order. */
export function bucketBreaks(fault: BucketFault, nth: number): Disturbance {
  return {
    name: `the bucket answers from request ${nth} on with ${fault}`,
    happen: async (sync, { request, goOn }) => {
      const mood = moodFrom(bucketFaults[fault], nth, 1_000_000);
      const { report } = await inMood(sync.world.bucket, mood, () =>
        sync.run(request, patience(fault, 700)),
      );
      await goOn();
      const happened = mood.times < 1_000_000;
      const wrong = happened && report.outcome === 'succeeded' && report.counts.sent > 0;
      const violations = wrong ? ['2: a run succeeded without a bucket to record in'] : [];
      return { happened, runs: 1, violations };
    },
  };
}

/** The line breaks when the n-th answer that looks so is on its way: what was asked is done, and nobody hears of it. */
export function lineBreaks(
  which: keyof World['wires'],
  { answer, nth }: { answer: RegExp; nth: number },
): Disturbance {
  return {
    name: `the line to the ${which} breaks at answer ${nth} of ${answer.source}`,
    happen: async (sync, { request, goOn }) => {
      const cut = cutAtNth(sync.world.wires[which], answer, nth);
      await sync.run(request);
      cut.stop();
      await goOn();
      return { happened: cut.isDone(), runs: 1 };
    },
  };
}

/** The work folder has room for so many bytes. */
export function diskIsFull(bytes: number): Disturbance {
  return {
    name: `the work folder holds ${bytes / 1024} KiB`,
    happen: async (sync, { request, goOn }) => {
      const { report } = await withSmallDisk(sync.world.directory, bytes, (workDir) =>
        sync.run(request, { workDir }),
      );
      await goOn();
      const code = report.failure?.failure.code;
      const violations =
        code === undefined || code === 'agent.disk_full'
          ? []
          : [`a full disk is called ${code}, so nobody knows what to do`];
      return { happened: code !== undefined, runs: 1, violations };
    },
  };
}

/** The wall clock is set in the middle of a run, and set again further on; in one form the run dies after that. */
export function clockJumps(
  hours: readonly [number, number],
  at: { first: Crash; second: Crash; dies: boolean },
): Disturbance {
  const jumps = [at.first, at.second].map((point, n) => ({
    at: point,
    byMs: hours[n]! * 3_600_000,
  }));
  return {
    name: `the clock jumps ${hours[0]} h at ${at.first.point}, ${hours[1]} h at ${at.second.point}${at.dies ? ', and the run dies' : ''}`,
    happen: async (sync, { request, goOn }) => {
      const crash = { point: 'deliver.after', nth: 1 } as const;
      const ending = await sync.end(request, at.dies ? { jumps, crash } : { jumps });
      await goOn();
      if (ending.kind === 'killed') return { happened: at.dies, runs: 1 };
      sync.reports.push(ending.answer.report);
      const { passed } = ending.answer;
      const happened = jumps.every(({ at: { point } }) => passed.has(point)) && !at.dies;
      return { happened, runs: 1, violations: brokenInReport(ending.answer.report, sync) };
    },
  }; // prettier-ignore
}

/** How many requests an undisturbed run makes of its bucket. */
export async function requestsOf(sync: SyncUnderTest): Promise<number> {
  let count = 0;
  const counting: Mood = { fits: () => ++count < 0, times: 1, does: 'hang' };
  await inMood(sync.world.bucket, counting, () => sync.run());
  return count;
}

/** How many answers of an undisturbed run look so. */
export async function answersOf(
  sync: SyncUnderTest,
  which: keyof World['wires'],
  answer: RegExp,
): Promise<number> {
  let count = 0;
  sync.world.wires[which].cutAt((text) => {
    if (answer.test(text)) count += 1;
    return false;
  });
  await sync.run(sync.once());
  sync.world.wires[which].cutAt(() => false);
  return count;
}

function moodFrom(does: Mood['does'], nth: number, times: number): Mood {
  let asked = 0;
  return { fits: () => ++asked >= nth, times, does };
}

function cutAtNth(wire: TcpProxy, answer: RegExp, nth: number) {
  let seen = 0;
  let isOver = false;
  wire.cutAt((text) => {
    if (isOver || !answer.test(text)) return false;
    return ++seen === nth;
  });
  return { isDone: () => seen >= nth, stop: () => void (isOver = true) };
}
