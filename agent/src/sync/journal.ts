import type { OperationKind } from '../connector/destination.js';
import type { Column } from '../connector/value.js';
import { crashPoint } from '../crash-point.js';
import type { ObjectPointer, Store } from '../store/store.js';
import type { Change } from './mapping.js';
import { OutcomeSets, noOutcomes, outcomeKinds } from './outcomes.js';
import type { Outcomes } from './outcomes.js';
import type { Range } from './ranges.js';
import type { Outcome } from '../connector/destination.js';
import type { SyncPaths } from './paths.js';

// The journal of a delivery, in the bucket: before a batch leaves, an intent that covers it is durable; after its
// answer, an outcome is. A restart reads: intent and outcome → known; intent without outcome → may have arrived;
// neither → never left. Intents run ahead and outcomes are gathered, so that the bucket is asked a few times a second.

/** Named by the head while a delivery is under way. */
export interface InFlight {
  runId: string;
  epoch: string;
  /** ISO 8601, UTC. Absent in what older agents left. */
  startedAt?: string;
  seed: string;
  columns: Column[];
  keyColumns: number;
  target: string;
  mapping?: string | undefined;
  mac?: string | undefined;
  /** Of the changed rows, those that are not taken have to be found again. */
  owed?: boolean;
  /** The former baseline was set aside: its rows are no part of the next one. */
  fresh?: boolean;
  parts: InFlightPart[];
}

export interface InFlightPart {
  change: Change;
  /** Absent when the rows are only recorded. */
  kind?: OperationKind;
  /** Sending twice has the effect of sending once. */
  repeatable: boolean;
  rows: number;
  files: ObjectPointer[];
}

export type Entry =
  | { kind: 'intent'; change: Change; from: number; to: number }
  | ({ kind: 'outcome'; change: Change } & Outcomes);

export class Journal {
  private number = 0;
  private intended = new Map<Change, { to: number; written: Promise<void> }>();
  private gathered = new Map<Change, OutcomeSets>();
  private gatheredRows = 0;
  private writing: Promise<void> = Promise.resolve();
  private broken: unknown;

  constructor(
    private readonly store: Store,
    private readonly place: { paths: SyncPaths; runId: string; epoch: bigint },
  ) {}

  /** Resolves when intents that cover the rows up to `to` are durable; the last one covers `ahead` more. */
  intend(change: Change, to: number, ahead: number): Promise<void> {
    const known = this.intended.get(change) ?? { to: 0, written: Promise.resolve() };
    if (to <= known.to) return known.written;
    const entry: Entry = { kind: 'intent', change, from: known.to, to: to + ahead };
    const written = Promise.all([known.written, this.write(entry)]).then(() => undefined);
    this.intended.set(change, { to: to + ahead, written });
    return written;
  }

  /** Gathers what rows came to; written once `lag` rows wait. Throws what an earlier write failed with. */
  note(
    change: Change,
    { from, outcomes, lag }: { from: number; outcomes: readonly Outcome[]; lag: number },
  ): void {
    if (this.broken !== undefined) throw this.broken;
    const all = this.gathered.get(change) ?? new OutcomeSets();
    all.note(from, outcomes);
    this.gathered.set(change, all);
    this.gatheredRows += outcomes.length;
    if (this.gatheredRows >= lag) this.flushSoon();
  }

  /** Rows that never leave, durable when it resolves. */
  async refuse(change: Change, outcomes: Outcomes): Promise<void> {
    if (outcomes.answered.length > 0) await this.write({ kind: 'outcome', change, ...outcomes });
  }

  /** Everything noted is durable. */
  async close(): Promise<void> {
    await this.writing;
    if (this.broken !== undefined) throw this.broken;
    await this.flush();
  }

  /** One write at a time; what is noted meanwhile goes with the next one. */
  private flushSoon(): void {
    this.gatheredRows = 0;
    this.writing = this.writing
      .then(() => this.flush())
      .catch((error: unknown) => void (this.broken ??= error));
  }

  private async flush(): Promise<void> {
    const gathered = this.gathered;
    this.gathered = new Map();
    for (const [change, outcomes] of gathered)
      await this.write({ kind: 'outcome', change, ...outcomes.list() });
  }

  private async write(entry: Entry): Promise<void> {
    const { paths, runId, epoch } = this.place;
    const key = paths.ack(runId, epoch, this.number++);
    crashPoint(entry.kind === 'intent' ? 'intent.before' : 'outcome.before');
    await this.store.put(key, Buffer.from(JSON.stringify(entry)), { ifNoneMatch: '*' });
    crashPoint(entry.kind === 'intent' ? 'intent.after' : 'outcome.after');
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
    else gather(all, entry);
    found.set(entry.change, all);
  }
  return found;
}

function gather(all: Outcomes, { refusals, ...entry }: Outcomes): void {
  for (const kind of outcomeKinds) all[kind] = all[kind].concat(entry[kind]);
  for (const [code, rows] of Object.entries(refusals))
    all.refusals[code] = (all.refusals[code] ?? []).concat(rows);
}
