import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import type { Caller } from '../auth/caller.js';
import { Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { Notices } from '../database/notices.js';
import { RunAdviceService } from '../run/run-advice.service.js';
import { withdrawJob } from './cancel.js';
import { checkResult } from './check-result.js';
import { ConnectionLookup } from './connection-lookup.js';
import type { CheckConnectionInput, CheckConnectionPayload } from './connection.model.js';
import { enqueueJob } from './enqueue.js';
import type { CheckResult } from './report.js';
import type { CheckRequest } from './work.js';

/** A person waits in front of a screen. */
const timeLimitMs = 30_000;
const pollMs = 200;

/** Checks a source or destination from where it will be used: by an agent of its pool. */
@Injectable()
export class ConnectionService {
  constructor(
    private readonly database: Database,
    private readonly lookup: ConnectionLookup,
    private readonly notices: Notices,
    private readonly advice: RunAdviceService,
    private readonly clock: Clock,
  ) {}

  async check(caller: Caller, wanted: CheckConnectionInput): Promise<CheckConnectionPayload> {
    const request = await this.lookup.find(caller, wanted);
    await this.lookup.requireAgent(caller, request.entry.pool);
    const { failure } = await this.resultOf(await this.enqueue(caller, request));
    const [explained] = await this.advice.explain(caller.workspaceId, failure ? [failure] : []);
    return { ok: !failure, failure: explained ?? null };
  }

  private async enqueue({ workspaceId }: Caller, request: CheckRequest): Promise<string> {
    const poolName = request.entry.pool;
    const job = await this.database.$transaction((tx) =>
      enqueueJob(tx, { workspaceId, poolName, kind: 'check_connection', request }),
    );
    await this.notices.publish({ kind: 'job_queued', poolId: job.poolId });
    return job.id;
  }

  private async resultOf(jobId: string): Promise<CheckResult> {
    const end = this.clock.monotonicMs() + timeLimitMs;
    while (this.clock.monotonicMs() < end) {
      const result = await checkResult(this.database, jobId);
      if (result) return result;
      await this.clock.sleep(pollMs);
    }
    await withdrawJob(this.database, jobId);
    throw new AppError(
      'connection.no_answer',
      'No agent answered within 30 seconds. Agents may be busy with runs; try again later.',
    );
  }
}
