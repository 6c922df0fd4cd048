import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BulkTarget, Load, OperationKind, Outcome } from '../connector/destination.js';
import { mayHaveArrived } from '../connector/in-doubt.js';
import { crashPoint } from '../crash-point.js';
import type { Duck } from '../duck/duck.js';
import { Failure, failureOf } from '../failure.js';
import type { Announcement } from './announcement.js';
import type { Breaker } from './breaker.js';
import { leaveUnsent } from './deliver.js';
import type { Delivered } from './deliver.js';
import { lost, outcomeOf, refusalOnly, unanswered, untouched } from './job-outcome.js';
import type { Journal } from './journal.js';
import { writeLoad } from './load.js';
import { inRuns, portions, rowsIn, rowsSql } from './load-rows.js';
import type { LoadRows, PutOff } from './load-rows.js';
import { endOfJob, firstLookMs } from './job-end.js';
import { endsOfJob } from './job-results.js';
import type { JobEnd } from './job-results.js';
import type { Mapping } from './mapping.js';
import type { Meter } from './meter.js';
import type { Outcomes } from './outcomes.js';
import { piecesOf } from './packed-piece.js';
import { once, patiently } from './patiently.js';
import type { PlanPart } from './plan.js';
import { Patience } from './retry.js';
import type { Tally } from './tally.js';
import type { SyncTools } from './tools.js';
import type { Unsent } from './unsent.js';

export interface JobsContext {
  target: BulkTarget;
  mapping: Mapping;
  journal: Journal;
  meter: Meter;
  tally: Tally;
  tools: SyncTools;
  duck: Duck;
  runId: string;
  unsent: Unsent;
  breaker: Breaker;
  announced: Pick<Announcement, 'reach'> | undefined;
  /** What columns are in all files of the plan, where the format has types. */
  types: readonly string[] | undefined;
  /** Several rows may have one record: the last one wins, so no job may overtake another. */
  inTurn: boolean;
}

type Part = PlanPart & { kind: OperationKind; upTo: number };

/** A run that is told to stop looks so often what became of the jobs that it has ended. */
const lastLooks = 10;

/**
 * Operations → files → jobs → outcomes, for one part of the plan. `rows`: SQL of its rows as the mapping's expressions
 * need them. Resolves with what is known of every row; throws nothing: a failure that stops the delivery is returned.
 */
export async function deliverByJobs(
  part: Part,
  rows: string,
  context: JobsContext,
): Promise<Delivered> {
  return new JobDelivery(part, rows, context).deliver();
}

class JobDelivery {
  private readonly outcomes: Outcomes;
  private failure: Failure | undefined;
  private rowsAtOnce: number;
  private at = 0;
  private loads = 0;
  private putOff: PutOff[] = [];
  /** The database does one thing at a time. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly part: Part,
    private readonly rows: string,
    private readonly to: JobsContext,
  ) {
    this.outcomes = to.unsent.outcomes;
    this.rowsAtOnce = to.target.maxRows;
  }

  async deliver(): Promise<Delivered> {
    const { target, tools, inTurn } = this.to;
    const atOnce = inTurn
      ? 1
      : Math.max(1, Math.min(target.concurrency, tools.limiter.concurrency));
    try {
      await leaveUnsent(this.part.change, this.to);
      await Promise.all(Array.from({ length: atOnce }, () => this.work()));
      await this.sendPutOff();
    } catch (error) {
      this.failure ??= failureOf(error);
    }
    const { failure, outcomes } = this;
    return { outcomes, ...(failure && { failure }) };
  }

  private async work(): Promise<void> {
    const { upTo } = this.part;
    try {
      while (!this.isOver() && this.at < upTo) {
        const from = this.at;
        const to = Math.min(from + this.rowsAtOnce, upTo);
        this.at = to;
        await this.send(rowsIn(from, to, this.outcomes.untold(from, to)));
      }
    } catch (error) {
      this.failure ??= failureOf(error);
    }
  }

  private isOver(): boolean {
    return this.failure !== undefined || this.to.tools.signal.aborted;
  }

  /** What is too large for one job, or refused as a whole, is sent in halves. */
  private async send(rows: LoadRows): Promise<void> {
    const { maxBytes } = this.to.target;
    const number = this.loads++;
    const folder = join(this.to.tools.workDir, `load-${this.part.change}-${number}`);
    try {
      await mkdir(folder, { recursive: true });
      const load = await this.write(rows, { number, folder });
      if (load instanceof Failure) return await this.look(rows, load);
      if (load.size === 0) return;
      if (load.bytes > maxBytes && load.size > 1) {
        const fitting = Math.floor((0.9 * maxBytes * (rows.to - rows.from)) / load.bytes);
        this.rowsAtOnce = Math.max(1, Math.min(this.rowsAtOnce, fitting));
        return await this.sendHalves(rows);
      }
      const refusal = await this.carryOut(load, rows);
      if (refusal) await this.look(rows, refusal);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Of rows that were refused as a whole, for the one that is at fault. */
  private async look(rows: LoadRows, refusal: Failure): Promise<void> {
    this.to.breaker.splitBatch();
    const runs = inRuns(rows);
    const size = runs.reduce((sum, { from, to }) => sum + to - from, 0);
    if (size > 1) return this.sendHalves(rows);
    this.noteAll(
      runs.map((run) => ({ ...run, kind: 'rejected' })),
      () => refusal,
    );
  }

  private async sendHalves({ from, to, isIn }: LoadRows): Promise<void> {
    const middle = from + Math.ceil((to - from) / 2);
    await this.send({ from, to: middle, isIn });
    await this.send({ from: middle, to, isIn });
  }

  private async write(
    rows: LoadRows,
    { number, folder }: { number: number; folder: string },
  ): Promise<Load | Failure> {
    const { duck, mapping, target, types, runId, tools, inTurn: isKeyShared } = this.to;
    const { part } = this;
    const place = { folder, number, attempt: `${runId}.${tools.lease.epoch}`, isKeyShared };
    return this.inTurn(() =>
      duck.withNumbers(
        (ord) => rows.isIn.at(ord),
        (isIn) => {
          const from = rowsSql(this.rows, rows, isIn('ord'));
          const { format } = target;
          return writeLoad(part, { from, range: rows, mapping, format, types, duck, ...place });
        },
      ),
    ).catch(refusalOnly);
  }

  /** Resolves with why the load was refused as a whole, if it was. */
  private async carryOut(load: Load, rows: LoadRows): Promise<Failure | undefined> {
    const { target, tools, journal, announced } = this.to;
    const { change } = this.part;
    await announced?.reach(change, rows.to);
    const job = await patiently(() => target.create(load, tools.signal), tools);
    crashPoint('load.made');
    await journal.nameJob({
      change,
      job,
      from: rows.from,
      to: rows.to,
      rows: [...piecesOf(rows.isIn)],
    });
    crashPoint('load.named');
    for (const { from, to } of inRuns(rows)) this.outcomes.handOver(from, to);
    try {
      return await this.follow(job, { load, rows });
    } catch (error) {
      await this.endEarly(job, { load, rows });
      throw error;
    }
  }

  private async follow(
    job: string,
    of: { load: Load; rows: LoadRows },
  ): Promise<Failure | undefined> {
    const { target, tools } = this.to;
    const refusal = await this.submit(job, of.load);
    if (refusal) {
      // It does nothing, but somebody would have to tidy it up.
      await target.abort(job, tools.signal).catch(() => undefined);
      this.takeBack(of.rows);
      return refusal;
    }
    crashPoint('load.submitted');
    if ((await this.wait(job)) === 'empty') this.putBack(of.rows);
    else {
      crashPoint('load.over');
      await this.takeResults(job, of, tools);
    }
    return undefined;
  }

  private async submit(job: string, load: Load): Promise<Failure | undefined> {
    const { target, tools, breaker } = this.to;
    const patience = new Patience();
    for (;;) {
      const failure = await once(() => target.submit(job, load, tools.signal), tools);
      if (!(failure instanceof Failure)) return undefined;
      if (failure.kind === 'REJECTED') return failure;
      if (mayHaveArrived(failure)) {
        const { kind } = await patiently(() => target.look(job, tools.signal), tools);
        if (kind !== 'empty') return undefined;
      }
      if (failure.kind !== 'TRANSIENT' || tools.signal.aborted) throw failure;
      breaker.requestEnded(failure);
      await tools.clock.sleep(patience.delayMs(failure, Math.random), tools.signal);
    }
  }

  private async wait(job: string): Promise<'over' | 'empty'> {
    const { target, tools, meter } = this.to;
    let told = 0;
    try {
      const kind = await endOfJob(job, { target, tools }, (done) => {
        meter.inJobs += done - told;
        told = done;
        meter.tell();
      });
      if (kind === 'gone') throw lost();
      return kind;
    } finally {
      meter.inJobs -= told;
    }
  }

  /**
   * Nobody waits any longer. What the job did until now is looked at, if it can be had soon; what it never was handed is
   * sent by a later run, and of the rest nobody knows.
   */
  private async endEarly(job: string, of: { load: Load; rows: LoadRows }): Promise<void> {
    const { target } = this.to;
    const tools = { ...this.to.tools, signal: new AbortController().signal };
    try {
      await target.abort(job, tools.signal).catch(() => undefined);
      for (let n = 0; n < lastLooks; n += 1) {
        const { kind } = await target.look(job, tools.signal);
        if (kind === 'empty') return this.takeBack(of.rows);
        if (kind === 'over') return await this.takeResults(job, of, tools);
        await tools.clock.sleep(firstLookMs, tools.signal);
      }
    } catch {
      // What stops the run is known already.
    }
    this.leaveUnknown(of.rows);
  }

  private takeBack(rows: LoadRows): void {
    for (const { from, to } of inRuns(rows)) this.outcomes.takeBack(from, to);
  }

  private putBack(rows: LoadRows): void {
    this.noteAll(
      inRuns(rows).map((run) => ({ ...run, kind: 'untouched' })),
      untouched,
    );
  }

  /** What does no harm twice is pending, and sent again. */
  private leaveUnknown(rows: LoadRows): void {
    const { part, to } = this;
    if (to.target.isRepeatable(part.kind, part.change)) return;
    for (const { from, to: end } of inRuns(rows)) {
      const open = [...this.outcomes.open(from, end)];
      for (const [first, last] of open)
        this.settle({ from: first, to: last }, { kind: 'unknown', failure: unanswered() });
    }
  }

  private async takeResults(
    job: string,
    { load, rows }: { load: Load; rows: LoadRows },
    tools: SyncTools,
  ): Promise<void> {
    const { target, duck } = this.to;
    const results = await patiently(() => target.results(job, load, tools.signal), tools);
    const ends =
      results === 'accepted'
        ? inRuns(rows).map((run): JobEnd => ({ ...run, kind: 'accepted' }))
        : await this.inTurn(() =>
            duck.withNumbers(
              (ord) => rows.isIn.at(ord),
              (isIn) => {
                const ords = `select ord from ${rowsSql(this.rows, rows, isIn('ord'))} order by ord`;
                return endsOfJob(results, { duck, load, format: target.format, ords });
              },
            ),
          );
    this.noteAll(ends, (reason) => target.outcomeOf(reason, load));
  }

  /** Whoever stops the run does so when everything is noted. */
  private noteAll(ends: readonly JobEnd[], judge: (reason: string) => Outcome | Failure): void {
    const { breaker, meter } = this.to;
    const noted = ends.map((end) => ({ ...end, outcome: this.note(end, judge) }));
    this.tellJournal();
    meter.tell();
    for (const { from, to, outcome } of noted)
      if (outcome) breaker.answeredAlike(to - from, outcome);
    breaker.batchEnded();
  }

  /** Undefined for rows that are sent again. */
  private note(end: JobEnd, judge: (reason: string) => Outcome | Failure): Outcome | undefined {
    const { from, to } = end;
    const outcome = outcomeOf(end, judge);
    if (outcome.kind === 'rejected' && outcome.failure.kind === 'TRANSIENT') {
      if (!mayHaveArrived(outcome.failure)) this.outcomes.takeBack(from, to);
      this.putOff.push({ from, to, failure: outcome.failure });
      return undefined;
    }
    this.settle(end, outcome);
    return outcome;
  }

  private settle({ from, to, sample }: Omit<JobEnd, 'kind'>, outcome: Outcome): void {
    const { meter, tally, journal, target } = this.to;
    const { change } = this.part;
    this.outcomes.noteAlike({ from, to }, outcome);
    if (!target.finish) journal.noteAlike(change, { from, to }, outcome);
    if (outcome.kind === 'accepted') meter.counts.sent += to - from;
    else if (outcome.kind === 'skipped') meter.counts.skipped += to - from;
    else {
      meter.counts[outcome.kind === 'rejected' ? 'rejected' : 'uncertain'] += to - from;
      const row = { change, ord: from, ...(sample && { sent: () => sample }) };
      tally.add(outcome.failure, row, to - from);
    }
  }

  /** One job after the other: rows that kept one another from being written must not meet again. */
  private async sendPutOff(): Promise<void> {
    const { tools, inTurn } = this.to;
    const { clock, signal } = tools;
    const patience = new Patience();
    while (this.putOff.length > 0 && !this.isOver()) {
      const again = this.putOff.toSorted((a, b) => a.from - b.from);
      // A later row of its record may have been taken, which it must not come after.
      if (inTurn) return this.giveUp(again);
      let delayMs: number;
      try {
        delayMs = patience.delayMs(again[0]?.failure ?? untouched(), Math.random);
      } catch {
        return this.giveUp(again);
      }
      await clock.sleep(delayMs, signal);
      this.putOff = [];
      for (const some of portions(again, this.rowsAtOnce))
        if (!this.isOver()) await this.send(some);
    }
  }

  /** Tried often enough: the next run finds such rows again. */
  private giveUp(putOff: readonly PutOff[]): void {
    for (const { failure, ...rows } of putOff)
      this.settle(rows, { kind: mayHaveArrived(failure) ? 'unknown' : 'rejected', failure });
    this.putOff = [];
    this.tellJournal();
  }

  private tellJournal(): void {
    const { journal, target } = this.to;
    if (!target.finish) journal.tellAll();
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}
