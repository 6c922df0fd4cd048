import { kill, pid } from 'node:process';

// Places where a crash would leave something durable half done. In production a call is an empty function; a test names
// a point, and the process is killed there the way a machine dies: no handler runs, nothing is flushed.

/** Every point, and what has just happened or is about to. A new one is tried by `npm run test:crash` by itself. */
export const crashPoints = {
  'job.accepted': 'the control plane was told that the job is taken',
  'job.report': 'the run is over, its report is not said yet',
  'job.reported': 'the report is said, perhaps not heard',
  'job.acknowledged': 'the control plane has the report, the agent has not noted it',

  'recover.start': 'a cut-off delivery was found in the head',
  'recover.read': 'its journal was read, nothing of it is recorded',
  'recover.end': 'what it left is recorded',
  'recover.forget': 'nothing of it had left, its mark is about to go',
  'interrupted.before': 'what a cut-off attempt did is logged, its report is not kept',
  'interrupted.kept': 'the report of a cut-off attempt is kept, nothing it did is recorded',
  'late-log.before': 'a log that was owed is written, the head still owes it',
  'late-log.after': 'the head owes no log any more',
  'cache.fetched': 'a segment was downloaded, under a name that nobody looks for',

  'query.opened': 'the source has begun to answer',
  'snapshot.chunk': 'in the middle of the result',
  'snapshot.after': 'the result was read to its end',
  'plan.after': 'the plan is made, in the work folder alone',

  'waiting.before': 'a plan that must be approved is in the bucket, nothing names it',
  'waiting.after': 'a plan that must be approved waits under its digest, nobody was told',
  'plan-upload.before': 'a part of the plan is about to go to the bucket',
  'plan-upload.after': 'a part of the plan is in the bucket, the head does not name it',
  'journal.before': 'the journal of a delivery is about to be opened',
  'journal.after': 'the journal is opened, nothing names it',
  'announce.before': 'the head is about to name the delivery',
  'announce.after': 'the head names the delivery, nothing has left',
  'intent.before': 'rows are about to be declared',
  'intent.after': 'rows are declared, none of them has left',
  'batch.before': 'a batch is about to leave',
  'batch.leaving':
    'a batch is with the destination but for what makes it count, which is about to leave',
  'batch.answered': 'the destination has answered, nobody has noted it',
  'load.made': 'a job for a file of rows is made, nothing names it',
  'load.named': 'the journal names the job, nothing was handed over',
  'load.submitted': 'the file is handed over, nobody has looked at the job',
  'load.over': 'the job is over, nobody has read what became of its rows',
  'recall.after': 'what became of rows without an answer was found out, nothing of it is recorded',
  'make.before': 'records that a lookup missed are about to be made',
  'make.after': 'records that a lookup missed are made, nobody has noted it',
  'make.told': 'the log tells of the records that were made, no row that needs them has left',
  'found.before': 'records that a lookup found are about to be remembered',
  'found.after': 'they are remembered, beside those of the time before',
  'found.swept': 'those of the time before are gone',
  'finish.before':
    'everything is handed over to a destination that shows it at once, and nothing is shown',
  'finish.statement': 'the destination is about to show it, in the middle of its transaction',
  'finish.after': 'the destination shows it, nobody has noted it',
  'outcome.before': 'outcomes are about to go to the bucket',
  'outcome.after': 'outcomes are in the bucket',
  'deliver.after': 'everything is sent and noted, nothing is recorded',
  'changelog.clear': 'what a cut-off attempt has logged is about to go, to be logged anew',
  'changelog.cleared': 'it is gone, and not logged anew',
  'changelog.part': 'a part of the log is in the bucket, nothing names it',
  'log.after': 'the log tells what became of the rows, nothing is recorded',

  'segment.before': 'a segment of the next baseline is about to go to the bucket',
  'segment.after': 'a segment is in the bucket, nothing names it',
  'compact.start': 'the segments of the baseline are about to be made one',
  'compact.end': 'the one segment is in the bucket, nothing names it',
  'manifest.before': 'the next manifest is about to go to the bucket',
  'manifest.after': 'the next manifest is in the bucket, the head does not name it',
  'head.before': 'the head is about to move to the next baseline',
  'head.after': 'the head has moved, local copies of the former baseline are still there',
  'sweep.before': 'the head has moved, what no baseline names any more is about to be removed',
  'sweep.after': 'some of what no baseline names any more is removed',
  'report.before': 'the baseline stands, the error texts are not written',
  'held.told': 'rows that are held back are told of, the head does not say so yet',
  'report.after': 'the error texts are in the bucket, the report is not',
  'report.kept': 'the run is over but for telling',
} as const;

export type CrashPoint = keyof typeof crashPoints;

type Reached = (point: CrashPoint) => void;

let reached: Reached = () => undefined;

/** Says that the run is at this point. */
export function crashPoint(point: CrashPoint): void {
  reached(point);
}

/** What happens at points from now on; a test counts them, or dies at one. */
export function onCrashPoint(act: Reached): void {
  reached = act;
}

/** A point, and which time it is reached, counted from 1. */
export interface Crash {
  point: CrashPoint;
  nth: number;
}

/** Kills this process at its n-th passing of a point. */
export function crashAt({ point, nth }: Crash): void {
  let passed = 0;
  onCrashPoint((name) => {
    if (name === point && ++passed === nth) kill(pid, 'SIGKILL');
  });
}

/** `name` or `name:nth`; undefined when it is neither. */
export function readCrash(text: string): Crash | undefined {
  const [, name = '', nth = '1'] = /^([a-z.-]+)(?::([1-9]\d{0,8}))?$/.exec(text) ?? [];
  return isCrashPoint(name) ? { point: name, nth: Number(nth) } : undefined;
}

function isCrashPoint(name: string): name is CrashPoint {
  return Object.hasOwn(crashPoints, name);
}
