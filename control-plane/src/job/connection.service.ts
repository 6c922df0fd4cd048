import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { Notices } from '../database/notices.js';
import type { RunError } from '../run/run.model.js';
import { RunAdviceService } from '../run/run-advice.service.js';
import { withdrawJob } from './cancel.js';
import { checkResult } from './check-result.js';
import { ConnectionLookup } from './connection-lookup.js';
import type {
  CheckConnectionInput,
  CheckConnectionPayload,
  DiscoverConnectionInput,
  DiscoverConnectionPayload,
} from './connection.model.js';
import { takeDiscovery } from './discovery-result.js';
import { enqueueJob } from './enqueue.js';
import type { CheckResult } from './report.js';
import { watchedMs } from './turn.js';
import type { ConnectionRequest } from './work.js';

/** A person waits in front of a screen, or of a list, for which agents themselves take at most 15 s. */
const timeLimitsMs = { check_connection: 30_000, discover: 18_000 } as const;
const pollMs = 200;

/** Asks a source or destination something from where it will be used: through an agent of its pool. */
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
    const { failure } = await this.ask(caller, 'check_connection', request);
    return { ok: !failure, failure };
  }

  async discover(
    caller: Caller,
    { path, ...wanted }: DiscoverConnectionInput,
  ): Promise<DiscoverConnectionPayload> {
    requirePath(path);
    const request = { ...(await this.lookup.find(caller, wanted)), path };
    const { jobId, failure } = await this.ask(caller, 'discover', request);
    return { ...(await takeDiscovery(this.database.of(caller.workspaceId), jobId)), failure };
  }

  private async ask(
    caller: Caller,
    kind: 'check_connection' | 'discover',
    request: ConnectionRequest,
  ): Promise<{ jobId: string; failure: RunError | null }> {
    const { workspaceId } = caller;
    const poolName = request.entry.pool;
    await this.lookup.requireAgent(caller, poolName);
    const action = kind === 'discover' ? 'connection.discover' : 'connection.check';
    const { id: jobId, poolId } = await this.database.of(workspaceId).$transaction(async (tx) => {
      const asked = { workspaceId, poolName, kind, request, headStartMs: watchedMs };
      const job = await enqueueJob(tx, asked);
      const subject = { kind: request.kind, name: request.name };
      await AuditService.record(tx, caller, { action, subject });
      return job;
    });
    await this.notices.publish({ kind: 'job_queued', poolId });
    const { failure } = await this.resultOf(workspaceId, jobId, timeLimitsMs[kind]);
    const [explained] = await this.advice.explain(workspaceId, failure ? [failure] : []);
    return { jobId, failure: explained ?? null };
  }

  private async resultOf(
    workspaceId: string,
    jobId: string,
    timeLimitMs: number,
  ): Promise<CheckResult> {
    const database = this.database.of(workspaceId);
    const end = this.clock.monotonicMs() + timeLimitMs;
    while (this.clock.monotonicMs() < end) {
      const result = await checkResult(database, jobId);
      if (result) return result;
      await this.clock.sleep(pollMs);
    }
    await withdrawJob(database, jobId);
    throw new AppError(
      'connection.no_answer',
      `No agent answered within ${timeLimitMs / 1000} seconds. Agents may be busy with runs; try again later.`,
    );
  }
}

/** As the wire has it: longer names are nobody's. */
function requirePath(path: readonly string[]): void {
  const isName = (name: string): boolean => name !== '' && [...name].length <= 1000;
  if (path.length <= 10 && path.every(isName)) return;
  throw new AppError(
    'connection.bad_path',
    'A path has at most 10 names, each of 1 to 1,000 characters.',
  );
}
