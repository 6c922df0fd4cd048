import { Failure } from '../failure.js';
import type { Baseline } from './baseline.js';
import { cached, moveHead } from './baseline.js';
import type { InFlightPart, Outcomes } from './journal.js';
import { readJournal } from './journal.js';
import { countRanges, mergeRanges, subtractRanges } from './ranges.js';
import type { Range } from './ranges.js';
import { record } from './record.js';
import type { Recorded, RecordContext } from './record.js';
import type { SyncRequest } from './sync-request.js';
import type { Tally } from './tally.js';

type Left = Outcomes & { intended: Range[] };

/**
 * A delivery that was cut off: what the destination acknowledged becomes part of the baseline before anything is
 * compared with it, and what may have arrived is recorded so that it is sent again or removed, never forgotten.
 */
export async function recover(
  request: SyncRequest,
  context: Omit<RecordContext, 'shape' | 'fresh'> & { tally: Tally },
): Promise<Baseline> {
  const { baseline, tools, paths } = context;
  const left = baseline.head.inFlight;
  if (!left) return baseline;
  const journal = await readJournal(
    tools.store,
    { paths, runId: left.runId, epoch: left.epoch },
    tools.signal,
  );
  const parts: Recorded[] = [];
  for (const part of left.parts) {
    const found = journal.get(part.change);
    if (!found || part.kind === undefined) continue;
    const { except, unknown } = settle(part, found, request.uncertain, context.tally);
    if (countRanges(except) === part.rows) continue;
    parts.push({
      change: part.change,
      rows: part.rows,
      file: await cached(tools, part.file),
      except,
      unknown,
    });
  }
  if (parts.length === 0) return forget(context);
  const shape = { seed: BigInt(left.seed), columns: left.columns, keyColumns: left.keyColumns };
  return record(parts, { ...context, shape, fresh: false });
}

function settle(
  part: InFlightPart,
  left: Left,
  uncertain: SyncRequest['uncertain'],
  tally: Tally,
): { except: Range[]; unknown: Range[] } {
  const all: Range[] = [[0, part.rows]];
  const intended = left.intended.map(([from, to]): Range => [from, Math.min(to, part.rows)]);
  const open = mergeRanges([...subtractRanges(intended, left.answered), ...left.unknown]);
  const neverSent = subtractRanges(all, intended);
  if (part.repeatable && part.change !== 'removed')
    return { except: mergeRanges([...left.refused, ...neverSent]), unknown: open };
  // A removal that may have happened is found and done again: its entry stays.
  const isHeld = !part.repeatable && uncertain === 'hold';
  if (isHeld && open.length > 0) tally.add(held(), undefined, countRanges(open));
  return {
    except: mergeRanges([...left.refused, ...neverSent, ...(isHeld ? [] : open)]),
    unknown: [],
  };
}

function held(): Failure {
  return new Failure(
    'REJECTED',
    'delivery.uncertain',
    'An earlier run was cut off, and these rows may have arrived. They are held back; set uncertain: resend to send such rows again.',
  );
}

/** Nothing of it had left: the baseline stays, only the mark goes. */
async function forget(
  context: Pick<RecordContext, 'baseline' | 'tools' | 'paths'>,
): Promise<Baseline> {
  const { baseline, tools, paths } = context;
  const { inFlight: _, ...head } = baseline.head;
  const next = { ...head, epoch: String(tools.lease.epoch) };
  return {
    ...baseline,
    head: next,
    etag: await moveHead(tools.store, { paths, etag: baseline.etag }, next),
  };
}
