import type { AnyTarget } from '../connector/destination.js';
import { mayHaveArrived } from '../connector/in-doubt.js';
import { crashPoint } from '../crash-point.js';
import { Failure, failureOf } from '../failure.js';
import type { Delivered } from './deliver.js';
import type { Meter } from './meter.js';
import { patiently } from './patiently.js';
import type { Run } from './run.js';

// A target with `finish` shows nothing of what it takes until then, so nothing of it counts before, and the journal has
// no outcomes of it: a run that is cut off in between leaves rows of which nobody knows whether they are there, and the
// next run sends everything again. All or nothing: while a row of a whole result is refused or invalid, what was there
// stays as it is, since a result without that row would remove a record that nobody asked to remove.

/** Whether a result could be put in place; said before anything of it is sent. */
export function assertWhole({ request, meter: { counts } }: Run, target: AnyTarget): void {
  if (target.finish && isWhole(request) && counts.invalid + counts.rejected > 0) throw incomplete();
}

const isWhole = ({ mode }: Run['request']): boolean => mode === 'replace';

/** Puts in place what was taken. Returns what kept it from that; then none of the rows was sent. */
export async function finish(
  run: Pick<Run, 'request' | 'meter' | 'tools'>,
  target: AnyTarget,
  sent: { result: Delivered; part: { upTo: number } }[],
): Promise<Failure | undefined> {
  // What is only recorded puts nothing in place of anything.
  if (!target.finish || sent.length === 0) return undefined;
  const isCut = sent.some(({ result }) => result.failure) || run.tools.signal.aborted;
  const isRefused = isWhole(run.request) && run.meter.counts.rejected > 0;
  const failure = isRefused ? incomplete() : isCut ? undefined : await swap(target, run);
  if (!failure && !isCut) return undefined;
  const isOpen = !isRefused && !isCut && failure !== undefined && mayHaveArrived(failure);
  for (const each of sent) withdraw(each, { isOpen, meter: run.meter });
  return failure;
}

async function swap(
  target: AnyTarget,
  { tools }: Pick<Run, 'tools'>,
): Promise<Failure | undefined> {
  try {
    // After a lost answer what was staged may be gone, and what was there already replaced.
    crashPoint('finish.before');
    await patiently(async () => target.finish?.(tools.signal), tools, mayHaveArrived);
    crashPoint('finish.after');
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}

function withdraw(
  { result: { outcomes }, part }: { result: Delivered; part: { upTo: number } },
  { isOpen, meter }: { isOpen: boolean; meter: Meter },
): void {
  meter.counts.sent -= outcomes.counts().accepted;
  outcomes.withdraw(isOpen ? part.upTo : 0);
}

function incomplete(): Failure {
  return new Failure(
    'CONFIG',
    'delivery.replace_incomplete',
    'Some rows can not be sent, so nothing was replaced. Correct them or leave them out of the model.',
  );
}
