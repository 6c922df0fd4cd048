import { crashPoint } from '../crash-point.js';
import { Failure } from '../failure.js';
import type { Baseline } from './baseline.js';
import { allCached, moveHead } from './baseline.js';
import type { InFlight, InFlightPart } from './journal.js';
import { noOutcomes } from './outcomes.js';
import type { Outcomes } from './outcomes.js';
import { countRanges, subtractRanges } from './ranges.js';
import type { Range } from './ranges.js';
import { heldBack } from './held.js';
import { owing } from './late-log.js';
import { logCutOff } from './log-delivery.js';
import { readJournal } from './read-journal.js';
import { record } from './record.js';
import type { Recorded } from './record.js';
import { viewRejected } from './rejected-view.js';
import { withOwnFolder } from './segments.js';
import type { RecordContext } from './segments.js';
import { settle } from './settle.js';
import type { Settled } from './settle.js';
import type { SyncRequest } from './sync-request.js';
import type { Tally } from './tally.js';

type Left = Outcomes & { intended: Range[] };

export interface Recovered {
  baseline: Baseline;
  /** Operations that the destination had taken before the run was cut off: settled, and not sent again. */
  resumed: number;
  /** What kept the log of the cut-off run from being written. */
  unlogged?: Failure | undefined;
}

/**
 * A delivery that was cut off: what the destination acknowledged becomes part of the baseline before anything is
 * compared with it, and what may have arrived is recorded so that it is sent again or removed, never forgotten.
 */
export async function recover(
  request: SyncRequest,
  context: Omit<RecordContext, 'shape' | 'fresh'> & { tally: Tally },
): Promise<Recovered> {
  const { baseline } = context;
  const left = baseline.head.inFlight;
  if (!left) return { baseline, resumed: 0 };
  crashPoint('recover.start');
  // Asked to start over a baseline that can't be read: there is nothing that its outcomes could be added to.
  if (baseline.head.manifest && !baseline.manifest && !left.fresh)
    return { baseline: await forget(context), resumed: 0 };
  const { parts, resumed, unlogged } = await recordable(request, left, context).catch(
    (error: unknown) => {
      // Plans and journals expire. Asked to start over, what a lost one had sent is sent again with the rest.
      const isLost = error instanceof Failure && /^(baseline|journal)\./.test(error.code);
      if (isLost && (request.run.full || request.run.rebaseline))
        return { parts: [], resumed: 0, unlogged: undefined };
      throw error;
    },
  );
  crashPoint('recover.read');
  const known = unlogged ? owing(baseline, left) : baseline;
  if (parts.length === 0)
    return { baseline: await forget({ ...context, baseline: known }), resumed, unlogged };
  const { columns, keyColumns, target, mapping, mac } = left;
  const shape = { seed: BigInt(left.seed), columns, keyColumns, target, mapping, mac };
  const former = left.fresh ? undefined : baseline.manifest;
  await viewRejected(former, context, { tolerant: request.run.full || request.run.rebaseline });
  const tools = await withOwnFolder(context.tools, 'recovered');
  const settled = await record(parts, {
    ...context,
    baseline: known,
    tools,
    shape,
    fresh: left.fresh ?? false,
  });
  crashPoint('recover.end');
  return { baseline: settled, resumed, unlogged };
}

async function recordable(
  request: SyncRequest,
  left: InFlight,
  context: Pick<RecordContext, 'tools' | 'paths' | 'duck'> & { tally: Tally },
): Promise<{ parts: Recorded[]; resumed: number; unlogged: Failure | undefined }> {
  const { tools, paths, tally } = context;
  const { owed = false } = left;
  const journal = await readJournal(left, { ...tools, paths });
  const parts: Recorded[] = [];
  let resumed = 0;
  if (journal.size === 0) return { parts, resumed, unlogged: undefined };
  for (const part of left.parts) {
    const found = journal.get(part.change) ?? { ...noOutcomes(), intended: [] };
    const settled = settleFound({ ...part, owed }, found, request.uncertain);
    resumed += countTaken(found);
    const isUntouched =
      found.refused.length === 0 && settled?.except && countRanges(settled.except) === part.rows;
    if (!settled || isUntouched) continue;
    if (settled.held.length > 0) tally.add(heldBack(), undefined, countRanges(settled.held));
    const { answered, refusals } = found;
    const files = { files: await allCached(tools, part.files), stored: part.files };
    parts.push({ ...part, ...settled, answered, refusals, ...files });
  }
  return { parts, resumed, unlogged: await logCutOff(left, journal, { ...context, request }) };
}

function countTaken({ answered, refused, unknown }: Outcomes): number {
  return countRanges(subtractRanges(answered, [...refused, ...unknown]));
}

function settleFound(
  { kind, ...part }: InFlightPart & { owed: boolean },
  found: Left,
  uncertain: SyncRequest['uncertain'],
): Settled | undefined {
  if (kind === undefined) return undefined;
  const open = found.intended.map(([from, to]): Range => [from, Math.min(to, part.rows)]);
  return settle({ ...part, kind }, { ...found, open }, uncertain);
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
