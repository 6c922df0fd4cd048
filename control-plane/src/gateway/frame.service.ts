import {
  create,
  FailureKind,
  FailureSchema,
  type AgentFrame,
  type Heartbeat,
  type Lease,
  type Progress,
} from '@drawbridge/proto';
import { Injectable, Logger } from '@nestjs/common';
import { PresenceService, type Hold, type OpenSession } from '../agent/presence.service.js';
import { AppError } from '../app-error.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { Database, type Transaction } from '../database/database.js';
import { JobService, type LeaseStanding } from '../job/job.service.js';
import type { LeaseKey } from '../job/lease.js';
import type { LeasedJob } from '../job/work.js';
import { tellFailedFrame } from './failed-frame.js';
import type { Guest } from './greeter.js';
import { lostSession } from './problem.js';

/** What the house does about what an agent says. */
@Injectable()
export class FrameService {
  private readonly logger = new Logger(FrameService.name);

  constructor(
    private readonly database: Database,
    private readonly presence: PresenceService,
    private readonly catalogs: CatalogService,
    private readonly jobs: JobService,
  ) {}

  /** A numbered frame: its effect and its number in one transaction, so that however often it comes it happens once. */
  async apply(session: OpenSession, frame: AgentFrame): Promise<'applied' | 'repeated'> {
    const turn = await this.take(session, frame).catch((error: unknown) => {
      tellFailedFrame(this.logger, session.agentId, frame, error);
      throw error;
    });
    switch (turn) {
      case 'apply':
        return 'applied';
      case 'repeated':
        return 'repeated';
      case 'gap':
        throw new AppError('session.gap', 'A frame is missing before this one.');
      case 'stale':
        throw lostSession(await this.lostTo(session));
    }
  }

  /** Renews the leases that it names; throws when the session is no longer the agent's. */
  async heartbeat(
    session: OpenSession,
    { freeSlots, leases }: Heartbeat,
  ): Promise<LeaseStanding[]> {
    const hold = await this.presence.seen(session, freeSlots);
    if (hold !== 'held') throw lostSession(hold);
    return this.jobs.renew(session.agentId, leases.map(keyOf));
  }

  progress({ agentId }: OpenSession, progress: Progress): Promise<void> {
    return this.jobs.progress(agentId, progress);
  }

  claim({ agentId, poolId }: Guest, slots: number): Promise<LeasedJob[]> {
    return this.jobs.claim({ id: agentId, poolId }, slots);
  }

  unaccepted({ agentId }: OpenSession): Promise<LeasedJob[]> {
    return this.jobs.unaccepted(agentId);
  }

  /** A job that the wire can't carry would be offered again and again. */
  async withdraw({ agentId }: OpenSession, job: LeaseKey): Promise<void> {
    const failure = create(FailureSchema, {
      kind: FailureKind.INTERNAL,
      code: 'job.not_offerable',
    });
    await this.database.$transaction((tx) => this.jobs.refuse(tx, agentId, job, failure));
  }

  private take(
    session: OpenSession,
    { seq, body }: AgentFrame,
  ): Promise<'apply' | 'repeated' | 'gap' | 'stale'> {
    return this.database.$transaction(async (tx) => {
      const turn = await this.presence.advance(tx, session, seq);
      if (turn === 'apply') await this.effect(tx, session.agentId, body);
      return turn;
    });
  }

  private async effect(tx: Transaction, agentId: string, body: AgentFrame['body']): Promise<void> {
    switch (body.case) {
      case 'catalog':
        return this.catalogs.keep(tx, agentId, body.value);
      case 'accepted':
        return this.jobs.accept(tx, agentId, keyIn(body.value));
      case 'refused':
        return body.value.failure
          ? this.jobs.refuse(tx, agentId, keyIn(body.value), body.value.failure)
          : undefined;
      case 'finished':
        return this.jobs.finish(tx, agentId, keyIn(body.value), body.value.result);
      default:
        throw new AppError('frame.bad_number', 'A frame of this kind has no number.');
    }
  }

  private async lostTo(session: OpenSession): Promise<Exclude<Hold, 'held'>> {
    const hold = (await this.presence.lost([session])).get(session.sessionId) ?? 'held';
    return hold === 'held' ? 'replaced_by_itself' : hold;
  }
}

const keyOf = ({ jobId, epoch }: Lease): LeaseKey => ({ jobId, epoch });

/** The wire's rules refuse such frames without a lease. */
export function keyIn({ lease }: { lease?: Lease | undefined }): LeaseKey {
  if (!lease) throw new AppError('frame.rule_broken', 'The frame names no lease.');
  return keyOf(lease);
}
