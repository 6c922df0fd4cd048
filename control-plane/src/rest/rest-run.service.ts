import { Injectable } from '@nestjs/common';
import { canonicalJson } from '@drawbridge/proto';
import { AppError } from '../app-error.js';
import { Database, type Transaction } from '../database/database.js';
import { RunQueueService } from '../job/run-queue.service.js';
import type { QueuedRun } from '../job/start-run.js';
import { startRuns, type ManyRuns } from '../job/start-runs.js';
import { RunAdviceService } from '../run/run-advice.service.js';
import { RunHistoryService } from '../run/run-history.service.js';
import type { ShownRun } from '../run/run-of.js';
import { RunWait } from '../run/run-wait.js';
import type { Answer, Asked } from './endpoint.js';
import { once, type Outcome } from './once.js';
import { runDocument } from './run-document.js';

interface Started extends Outcome {
  queued: QueuedRun[];
}

/** Runs for orchestrators. */
@Injectable()
export class RestRunService {
  constructor(
    private readonly database: Database,
    private readonly queue: RunQueueService,
    private readonly history: RunHistoryService,
    private readonly advice: RunAdviceService,
    private readonly wait: RunWait,
  ) {}

  /** Once for each Idempotency-Key; `bodyOf` makes the answer of the runs, which are shown as they are by then. */
  async start(
    { caller, idempotencyKey: key }: Asked,
    wanted: ManyRuns,
    bodyOf: (runs: object[]) => object,
  ): Promise<Answer> {
    const { workspaceId } = caller;
    const start = async (tx: Transaction): Promise<Started> => {
      const { ids: runIds, queued } = await startRuns(tx, caller, wanted);
      return { status: queued.length > 0 ? 201 : 200, runIds, queued };
    };
    const text = canonicalJson(wanted);
    const done = await this.database
      .of(workspaceId)
      .$transaction((tx) =>
        key === undefined ? start(tx) : once(tx, { workspaceId, key, text }, () => start(tx)),
      );
    const isNew = 'queued' in done;
    if (isNew) await this.queue.announce(done.queued);
    const runs = await this.history.findAll(caller, done.runIds);
    const documents = await Promise.all(runs.map((run) => this.documentOf(run)));
    const headers = { 'idempotency-replayed': 'true' };
    return { status: done.status, body: bodyOf(documents), ...(!isNew && { headers }) };
  }

  /** For at most `waitMs` it waits for the run's end. */
  async find({ caller, signal }: Asked, id: string, waitMs: number): Promise<Answer> {
    const run =
      waitMs > 0
        ? await this.wait.untilOver(caller, id, { waitMs, signal })
        : await this.history.find(caller, id);
    return { status: 200, body: await this.documentOf(run) };
  }

  async cancel({ caller }: Asked, id: string): Promise<Answer> {
    await this.queue.cancel(caller, id);
    return { status: 200, body: await this.documentOf(await this.history.find(caller, id)) };
  }

  private async documentOf(run: ShownRun | null): Promise<object> {
    if (!run) throw new AppError('run.not_found', 'There is no such run.');
    const { workspaceId, problems, problem } = run;
    const errors = await this.advice.explain(workspaceId, problems);
    const [failure = null] = await this.advice.explain(workspaceId, problem ? [problem] : []);
    return runDocument({ run, errors, failure });
  }
}
