import type { Target } from '../connector/destination.js';
import { crashPoint } from '../crash-point.js';
import { Failure, failureOf } from '../failure.js';
import { moveHead } from './baseline.js';
import type { Baseline, Head } from './baseline.js';
import type { Delivered } from './deliver.js';
import type { InFlight, Journal } from './journal.js';
import { logCutOff } from './log-delivery.js';
import type { Change } from './mapping.js';
import { readJournal } from './read-journal.js';
import type { Run } from './run.js';

// A run whose log can't be written is recorded all the same, and it fails. The head goes on naming its plan and its
// journal, and each later run tries to log it before it does anything else, until that is done.

/** So many runs may be recorded and not logged; then the next one stops before it sends anything. */
const mostOwed = 100;

/** The same baseline, with a run whose log is still to be written. */
export function owing(baseline: Baseline, left: InFlight): Baseline {
  const { head } = baseline;
  return { ...baseline, head: { ...head, unlogged: [...(head.unlogged ?? []), left] } };
}

/** What the next head says of logs that are still to be written. */
export function owedAfter({ unlogged = [] }: Head): Pick<Head, 'unlogged'> {
  return unlogged.length > 0 ? { unlogged } : {};
}

/**
 * Leaves the log of this run to the next one. False when the head names no delivery: then nothing was sent, and what
 * is not recorded is found again.
 */
export async function logLater(
  run: Run,
  of: {
    delivered: ReadonlyMap<Change, Delivered>;
    journal: Journal;
    target: Pick<Target, 'finish'>;
  },
): Promise<boolean> {
  const { inFlight } = run.baseline.head;
  if (inFlight?.runId !== run.runId) return false;
  if (of.target.finish) await tellAll(of);
  run.baseline = owing(run.baseline, inFlight);
  return true;
}

/** What was put in place at once has no outcomes in the journal. Without them its rows are logged as uncertain. */
async function tellAll(of: {
  delivered: ReadonlyMap<Change, Delivered>;
  journal: Journal;
}): Promise<void> {
  try {
    for (const [change, { outcomes }] of of.delivered) await of.journal.tell(change, outcomes);
  } catch {
    // The record, which is written next, matters more.
  }
}

/** Logs what earlier runs could not. Returns what keeps some of it from being logged, too. */
export async function logOwed(
  run: Run,
  baseline: Baseline,
): Promise<{ baseline: Baseline; unlogged: Failure | undefined }> {
  const owed = baseline.head.unlogged ?? [];
  if (owed.length === 0) return { baseline, unlogged: undefined };
  const still: InFlight[] = [];
  let unlogged: Failure | undefined;
  for (const [n, left] of owed.entries()) {
    // What keeps one from being logged keeps the others, too, and each of them is a plan to fetch.
    if (still.length > 0) {
      still.push(...owed.slice(n));
      break;
    }
    const failure = await logOne(run, left);
    unlogged ??= failure;
    if (failure && failure.code !== 'log.lost') still.push(left);
  }
  if (unlogged && still.length >= mostOwed) throw unlogged;
  if (still.length === owed.length) return { baseline, unlogged };
  const { unlogged: _, ...head } = baseline.head;
  return {
    baseline: await move(run, baseline, { ...head, ...owedAfter({ ...head, unlogged: still }) }),
    unlogged,
  };
}

async function logOne(run: Run, left: InFlight): Promise<Failure | undefined> {
  const { tools, paths } = run;
  try {
    const { outcomes } = await readJournal(left, { ...tools, paths });
    const failure = await logCutOff(left, outcomes, run);
    return failure && (isLost(failure) ? lost(failure) : failure);
  } catch (error) {
    const failure = failureOf(error);
    return isLost(failure) ? lost(failure) : failure;
  }
}

async function move({ tools, paths }: Run, baseline: Baseline, next: Head): Promise<Baseline> {
  tools.lease.assertTrusted();
  const head = { ...next, epoch: String(tools.lease.epoch) };
  crashPoint('late-log.before');
  const etag = await moveHead(tools.store, { paths, etag: baseline.etag }, head);
  crashPoint('late-log.after');
  return { ...baseline, head, etag };
}

const isLost = ({ code }: Failure): boolean => /^(baseline|journal)\./.test(code);

function lost(cause: Failure): Failure {
  return new Failure(
    'CONFIG',
    'log.lost',
    'The log of an earlier run could not be written, and its plan is not in the bucket any more. What it did stays out of the log; the sync goes on with the next run.',
    { cause },
  );
}
