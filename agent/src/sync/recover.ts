import { crashPoint } from '../crash-point.js';
import { Failure } from '../failure.js';
import type { Baseline } from './baseline.js';
import { allCached, moveHead } from './baseline.js';
import type { InFlight } from './journal.js';
import type { Outcomes } from './outcomes.js';
import { heldBack } from './held.js';
import { owing } from './late-log.js';
import { logCutOff } from './log-delivery.js';
import { logInterrupted } from './log-interrupted.js';
import type { Change } from './mapping.js';
import { readJournal } from './read-journal.js';
import { recallCutOff } from './recall-cut-off.js';
import { record } from './record.js';
import type { Recorded } from './record.js';
import { viewRejected } from './rejected-view.js';
import { withOwnFolder } from './segments.js';
import type { RecordContext } from './segments.js';
import { settle } from './settle.js';
import type { SyncRequest } from './sync-request.js';
import type { Tally } from './tally.js';

export interface Recovered {
  baseline: Baseline;
  /** Operations that the destination had taken before the run was cut off: settled, and not sent again. */
  resumed: number;
  /** What kept the log of the cut-off run from being written. */
  unlogged?: Failure | undefined;
}

type Context = Omit<RecordContext, 'shape' | 'fresh'> & { tally: Tally };

/**
 * A delivery that was cut off: what the destination acknowledged becomes part of the baseline before anything is
 * compared with it, and what may have arrived is recorded so that it is sent again or removed, never forgotten.
 */
export async function recover(request: SyncRequest, context: Context): Promise<Recovered> {
  const { baseline } = context;
  const left = baseline.head.inFlight;
  if (!left) return { baseline, resumed: 0 };
  crashPoint('recover.start');
  // Asked to start over a baseline that can't be read: there is nothing that its outcomes could be added to.
  const isAlone = baseline.head.manifest && !baseline.manifest && !left.fresh;
  const found = isAlone ? undefined : await recordable(request, left, context);
  const unlogged = await (found
    ? logCutOff(left, found.journal, { ...context, request })
    : logInterrupted(left, undefined, { ...context, request }));
  crashPoint('recover.read');
  if (!found) return { baseline: await forget(context), resumed: 0, unlogged };
  const known = unlogged ? owing(baseline, left) : baseline;
  const settled = await settleLeft(
    request,
    { left, parts: found.parts },
    { ...context, baseline: known },
  );
  return { baseline: settled, resumed: found.resumed, unlogged };
}

async function settleLeft(
  request: SyncRequest,
  { left, parts }: { left: InFlight; parts: readonly Recorded[] },
  context: Context,
): Promise<Baseline> {
  if (parts.length === 0) return forget(context);
  const { columns, keyColumns, target, place, form, mapping, mac } = left;
  const shape = { seed: BigInt(left.seed), columns, keyColumns, target, place, form, mapping, mac };
  const former = left.fresh ? undefined : context.baseline.manifest;
  await viewRejected(former, context, { tolerant: startsOver(request) });
  const tools = await withOwnFolder(context.tools, 'recovered');
  const settled = await record(parts, { ...context, tools, shape, fresh: left.fresh ?? false });
  crashPoint('recover.end');
  return settled;
}

interface Recordable {
  journal: ReadonlyMap<Change, Outcomes>;
  parts: Recorded[];
  resumed: number;
}

/** Plans and journals expire. Asked to start over, what a lost one had sent is sent again with the rest: then undefined. */
async function recordable(
  request: SyncRequest,
  left: InFlight,
  context: Context,
): Promise<Recordable | undefined> {
  try {
    const read = await readJournal(left, { ...context.tools, paths: context.paths });
    const { outcomes: journal } = read;
    await recallCutOff(left, read, { ...context, request });
    return { journal, ...(await settledParts(request, { left, journal }, context)) };
  } catch (error) {
    const isLost = error instanceof Failure && /^(baseline|journal)\./.test(error.code);
    if (isLost && startsOver(request)) return undefined;
    throw error;
  }
}

const startsOver = ({ run }: SyncRequest): boolean => run.full || run.rebaseline;

async function settledParts(
  request: SyncRequest,
  { left, journal }: { left: InFlight; journal: ReadonlyMap<Change, Outcomes> },
  { tools, tally }: Pick<Context, 'tools' | 'tally'>,
): Promise<Omit<Recordable, 'journal'>> {
  const { owed = false } = left;
  const parts: Recorded[] = [];
  let resumed = 0;
  if ([...journal.values()].every(isUntold)) return { parts, resumed };
  for (const { kind, ...part } of left.parts) {
    const outcomes = journal.get(part.change);
    if (kind === undefined || !outcomes) continue;
    const settled = settle({ ...part, kind, owed }, outcomes, request.uncertain);
    const { accepted, skipped, left_out: leftOut, rejected } = outcomes.counts();
    resumed += accepted + skipped;
    if (settled.rows.former === part.rows && leftOut + rejected === 0) continue;
    if (settled.rows.held > 0) tally.add(heldBack(), undefined, settled.rows.held);
    const files = { files: await allCached(tools, part.files), stored: part.files };
    parts.push({ ...part, kind, settled, outcomes, ...files });
  }
  return { parts, resumed };
}

function isUntold(outcomes: Outcomes): boolean {
  return outcomes.counts().untold === outcomes.size;
}

/** Nothing of it had left: the baseline stays, only the mark goes. */
async function forget(
  context: Pick<RecordContext, 'baseline' | 'tools' | 'paths'>,
): Promise<Baseline> {
  const { baseline, tools, paths } = context;
  const { inFlight: _, ...head } = baseline.head;
  const next = { ...head, epoch: String(tools.lease.epoch) };
  crashPoint('recover.forget');
  return {
    ...baseline,
    head: next,
    etag: await moveHead(tools.store, { paths, etag: baseline.etag }, next),
  };
}
