import type { OperationKind } from '../connector/destination.js';
import type { Column } from '../connector/value.js';
import type { ObjectPointer, Store } from '../store/store.js';
import type { Change } from './mapping.js';
import { mergeRanges } from './ranges.js';
import type { Range } from './ranges.js';
import type { SyncPaths } from './paths.js';

// The journal of a delivery, in the bucket: before a batch leaves, an intent that covers it is durable; after its
// answer, an outcome is. A restart reads: intent and outcome → known; intent without outcome → may have arrived;
// neither → never left. Intents run ahead and outcomes are gathered, so that the bucket is asked a few times a second.

/** Named by the head while a delivery is under way. */
export interface InFlight {
  runId: string;
  epoch: string;
  seed: string;
  columns: Column[];
  keyColumns: number;
  parts: InFlightPart[];
}

export interface InFlightPart {
  change: Change;
  /** Absent when the rows are only recorded. */
  kind?: OperationKind;
  /** Sending twice has the effect of sending once. */
  repeatable: boolean;
  rows: number;
  file: ObjectPointer;
}

export type Entry =
  | { kind: 'intent'; change: Change; from: number; to: number }
  | ({ kind: 'outcome'; change: Change } & Outcomes);

/** Rows that were answered; of these, those that were not taken, and those that may have been. */
export interface Outcomes {
  answered: Range[];
  refused: Range[];
  unknown: Range[];
}

export const noOutcomes = (): Outcomes => ({ answered: [], refused: [], unknown: [] });

const flushAfterBatches = 32;

export class Journal {
  private number = 0;
  private intended = new Map<Change, { to: number; written: Promise<void> }>();
  private gathered = new Map<Change, Outcomes>();
  private batches = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: Store,
    private readonly place: { paths: SyncPaths; runId: string; epoch: bigint },
  ) {}

  /** Resolves when an intent that covers the rows up to `to` is durable; it covers `ahead` more. */
  intend(change: Change, to: number, ahead: number): Promise<void> {
    const known = this.intended.get(change) ?? { to: 0, written: Promise.resolve() };
    if (to <= known.to) return known.written;
    const next = {
      to: to + ahead,
      written: this.write({ kind: 'intent', change, from: known.to, to: to + ahead }),
    };
    this.intended.set(change, next);
    return next.written;
  }

  /** Gathers what a batch came to; written with the next flush. */
  note(change: Change, outcomes: Outcomes): void {
    const all = this.gathered.get(change) ?? noOutcomes();
    all.answered.push(...outcomes.answered);
    all.refused.push(...outcomes.refused);
    all.unknown.push(...outcomes.unknown);
    this.gathered.set(change, all);
    this.batches += 1;
    if (this.batches % flushAfterBatches === 0)
      this.writing = this.writing.then(() => this.flush());
  }

  async flush(): Promise<void> {
    const gathered = this.gathered;
    this.gathered = new Map();
    for (const [change, { answered, refused, unknown }] of gathered)
      await this.write({
        kind: 'outcome',
        change,
        answered: mergeRanges(answered),
        refused: mergeRanges(refused),
        unknown: mergeRanges(unknown),
      });
  }

  /** Everything noted is durable. */
  async close(): Promise<void> {
    await this.writing;
    await this.flush();
  }

  private async write(entry: Entry): Promise<void> {
    const { paths, runId, epoch } = this.place;
    const key = paths.ack(runId, epoch, this.number++);
    await this.store.put(key, Buffer.from(JSON.stringify(entry)), { ifNoneMatch: '*' });
  }
}

/** Every entry that a delivery left behind, by change. */
export async function readJournal(
  store: Store,
  place: { paths: SyncPaths; runId: string; epoch: string },
  signal: AbortSignal,
): Promise<Map<Change, Outcomes & { intended: Range[] }>> {
  const found = new Map<Change, Outcomes & { intended: Range[] }>();
  for await (const { key } of store.list(
    `${place.paths.acks(place.runId)}${place.epoch}-`,
    signal,
  )) {
    const object = await store.get(key, signal);
    if (!object) continue;
    const entry = JSON.parse(Buffer.from(object.body).toString()) as Entry;
    const all = found.get(entry.change) ?? { ...noOutcomes(), intended: [] };
    if (entry.kind === 'intent') all.intended.push([entry.from, entry.to]);
    else {
      all.answered.push(...entry.answered);
      all.refused.push(...entry.refused);
      all.unknown.push(...entry.unknown);
    }
    found.set(entry.change, all);
  }
  return found;
}
