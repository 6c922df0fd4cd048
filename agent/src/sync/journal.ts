import type { Clock } from '../clock.js';
import type { OperationKind, Outcome } from '../connector/destination.js';
import type { Column } from '../connector/value.js';
import { crashPoint } from '../crash-point.js';
import type { ObjectPointer, Store } from '../store/store.js';
import { encodeEntry, entriesOf } from './journal-entry.js';
import type { Entry, Intent, NamedJob, journalFormat } from './journal-format.js';
import type { Change } from './mapping.js';
import { Outcomes } from './outcomes.js';
import type { SyncPaths } from './paths.js';

// The journal of a delivery, in the bucket: before a batch leaves, an intent that covers it is durable; after its
// answer, an outcome is. A restart reads: intent and outcome → known; intent without outcome → may have arrived;
// neither → never left. Intents run ahead and outcomes are gathered, so that the bucket is asked a few times a second.
//
// What is lost must not look like what never left. So an empty entry is there before the head names the delivery, and
// each entry only follows when the one before it is durable: a restart that finds no first entry, or a gap, knows.

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
  place?: string | undefined;
  form?: string | undefined;
  mapping?: string | undefined;
  mac?: string | undefined;
  /** Of the changed rows, those that are not taken have to be found again. */
  owed?: boolean;
  /** The former baseline was set aside: its rows are no part of the next one. */
  fresh?: boolean;
  /** How its journal was written. Absent in what older agents left, whose journals have no first entry, and gaps. */
  journal?: typeof journalFormat;
  parts: InFlightPart[];
}

/** Older agents did not say when they began. */
export function startedAtOf({ startedAt }: InFlight, clock: Clock): Date {
  return new Date(startedAt ?? clock.now());
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

const rowsOfJob = ({ change, from, to }: NamedJob): Intent => ({ change, from, to });

/** Everything that is said while an entry is under way goes into the next one. */
export class Journal {
  private number = 0;
  private readonly intended = new Map<Change, { to: number; written: Promise<void> }>();
  private intents = new Map<Change, Intent>();
  private jobs: NamedJob[] = [];
  private gathered = new Map<Change, Outcomes>();
  private gatheredRows = 0;
  private last: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;
  private broken: unknown;

  constructor(
    private readonly store: Store,
    private readonly place: { paths: SyncPaths; runId: string; epoch: bigint },
  ) {}

  /** Before anything can find the delivery: what has no first entry was lost. */
  async open(): Promise<void> {
    crashPoint('journal.before');
    await this.write({ intents: [], outcomes: [] });
    crashPoint('journal.after');
  }

  /** Resolves when intents that cover the rows up to `to` are durable; the last one covers `ahead` more. */
  intend(change: Change, to: number, ahead: number): Promise<void> {
    const known = this.intended.get(change) ?? { to: 0, written: Promise.resolve() };
    if (to <= known.to) return known.written;
    const { from } = this.intents.get(change) ?? { from: known.to };
    this.intents.set(change, { change, from, to: to + ahead });
    const written = this.written();
    this.intended.set(change, { to: to + ahead, written });
    return written;
  }

  /** Resolves when a restart would find the job, and know that its rows may have arrived. */
  nameJob(job: NamedJob): Promise<void> {
    this.jobs.push(job);
    return this.written();
  }

  /** Gathers what rows came to; written once `lag` rows wait. Throws what an earlier write failed with. */
  note(
    change: Change,
    { from, outcomes, lag }: { from: number; outcomes: readonly Outcome[]; lag: number },
  ): void {
    if (this.broken !== undefined) throw this.broken;
    this.gatheredOf(change).note(from, outcomes);
    this.gatheredRows += outcomes.length;
    if (this.gatheredRows >= lag) void this.written().catch(() => undefined);
  }

  /** The same of neighbours that ended alike; written with what `tellAll` or another note writes. */
  noteAlike(change: Change, rows: { from: number; to: number }, outcome: Outcome): void {
    this.gatheredOf(change).noteAlike(rows, outcome);
    this.gatheredRows += rows.to - rows.from;
  }

  /** Writes what is gathered. Throws what an earlier write failed with. */
  tellAll(): void {
    if (this.broken !== undefined) throw this.broken;
    if (this.gatheredRows > 0) void this.written().catch(() => undefined);
  }

  /** Outcomes that are known all at once, durable when it resolves. */
  async tell(change: Change, outcomes: Outcomes): Promise<void> {
    if (outcomes.answered === 0) return;
    this.gathered.set(change, outcomes);
    await this.written();
  }

  /** Everything noted is durable. */
  async close(): Promise<void> {
    await (this.gathered.size > 0 ? this.written() : this.last);
  }

  private gatheredOf(change: Change): Outcomes {
    const all = this.gathered.get(change) ?? new Outcomes(Infinity);
    this.gathered.set(change, all);
    return all;
  }

  /** Resolves when everything said so far is durable. After a failure nothing is written any more: it would follow a gap. */
  private written(): Promise<void> {
    this.next ??= this.last = this.last
      .then(() => this.flush())
      .catch((error: unknown) => {
        this.broken ??= error;
        throw error;
      });
    return this.next;
  }

  private async flush(): Promise<void> {
    const { intents, gathered, jobs } = this;
    this.next = undefined;
    this.intents = new Map();
    this.jobs = [];
    this.gathered = new Map();
    this.gatheredRows = 0;
    let isFirst = true;
    const declared = [...intents.values(), ...jobs.map(rowsOfJob)];
    for (const entry of entriesOf(declared, gathered)) {
      await this.write(isFirst && jobs.length > 0 ? { ...entry, jobs } : entry);
      isFirst = false;
    }
  }

  private async write(entry: Entry): Promise<void> {
    const { paths, runId, epoch } = this.place;
    const key = paths.ack(runId, epoch, this.number++);
    const declares = entry.intents.length > 0;
    const tells = entry.outcomes.length > 0;
    if (declares) crashPoint('intent.before');
    if (tells) crashPoint('outcome.before');
    await this.store.put(key, encodeEntry(entry), { ifNoneMatch: '*' });
    if (declares) crashPoint('intent.after');
    if (tells) crashPoint('outcome.after');
  }
}
