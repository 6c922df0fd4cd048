import {
  create,
  FailureKind,
  FailureSchema,
  type AgentFrame,
  type FrameProblem,
  type Heartbeat,
  type Lease,
  type NextKey,
  type Progress,
} from '@drawbridge/proto';
import { Injectable, Logger } from '@nestjs/common';
import {
  PresenceService,
  type Hold,
  type OpenSession,
  type Turn,
} from '../agent/presence.service.js';
import { RotationService } from '../agent/rotation.service.js';
import { AppError } from '../app-error.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { Database, type Transaction } from '../database/database.js';
import { JobService, type FinishedJob, type LeaseStanding } from '../job/job.service.js';
import type { HeldLease, LeaseKey } from '../job/lease.js';
import type { LeasedJob } from '../job/work.js';
import { tellFailedFrame } from './failed-frame.js';
import { FrameBatch } from './frame-batch.js';
import { isSignedBy, rotationBytes } from './proof.js';
import { lostSession } from './problem.js';

/** Frames that go into one transaction. */
const most = 100;

interface SaidFrame {
  session: OpenSession;
  seq: bigint;
  body: AgentFrame['body'];
}

/** What the house does about what agents say. */
@Injectable()
export class FrameService {
  private readonly logger = new Logger(FrameService.name);
  private readonly batch = new FrameBatch(
    (frames: readonly SaidFrame[]) => this.take(frames),
    most,
  );

  constructor(
    private readonly database: Database,
    private readonly presence: PresenceService,
    private readonly catalogs: CatalogService,
    private readonly jobs: JobService,
    private readonly rotation: RotationService,
  ) {}

  /**
   * A numbered frame: its effect and its number in one transaction, so that however often it comes it happens once. What
   * other agents say at the same moment is in that transaction, too.
   */
  async apply(session: OpenSession, frame: AgentFrame): Promise<'applied' | 'repeated'> {
    const { seq, body } = frame;
    const turn = await this.batch.add({ session, seq, body }).catch((error: unknown) => {
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

  /** False for a key that nobody asked for. */
  async keepKey(session: OpenSession, { publicKey, signature }: NextKey): Promise<boolean> {
    const { agentId, sessionId } = session;
    if (!isSignedBy(publicKey, rotationBytes(agentId, sessionId), signature))
      throw new AppError('session.bad_signature', 'The signature does not fit the new key.');
    return this.rotation.keep(session, publicKey);
  }

  progress({ agentId }: OpenSession, progress: Progress): Promise<void> {
    return this.jobs.progress(agentId, progress);
  }

  unaccepted({ agentId }: OpenSession): Promise<LeasedJob[]> {
    return this.jobs.unaccepted(agentId);
  }

  /** A job that the wire or the agent can't take would be offered again and again. */
  async withdraw({ agentId }: OpenSession, job: LeaseKey, problem: FrameProblem): Promise<void> {
    const failure = create(
      FailureSchema,
      problem === 'frame.too_new'
        ? { kind: FailureKind.CONFIG, code: 'job.agent_too_old' }
        : { kind: FailureKind.INTERNAL, code: 'job.not_offerable' },
    );
    await this.database.system.$transaction((tx) => this.jobs.refuse(tx, agentId, job, failure));
  }

  private take(frames: readonly SaidFrame[]): Promise<Turn[]> {
    return this.database.system.$transaction(async (tx) => {
      const turns = await this.presence.advance(tx, frames);
      await this.effects(
        tx,
        frames.filter((_, place) => turns[place] === 'apply'),
      );
      return turns;
    });
  }

  /** What most agents say most of the time goes together; at most one frame of each agent is among them. */
  private async effects(tx: Transaction, said: readonly SaidFrame[]): Promise<void> {
    const accepted: HeldLease[] = [];
    const finished: FinishedJob[] = [];
    for (const { session, body } of said) {
      const { agentId } = session;
      if (body.case === 'accepted') accepted.push({ ...keyIn(body.value), agentId });
      else if (body.case === 'finished')
        finished.push({ ...keyIn(body.value), agentId, result: body.value.result });
      else await this.effect(tx, agentId, body);
    }
    if (accepted.length > 0) await this.jobs.accept(tx, accepted);
    if (finished.length > 0) await this.jobs.finish(tx, finished);
  }

  private async effect(tx: Transaction, agentId: string, body: AgentFrame['body']): Promise<void> {
    switch (body.case) {
      case 'catalog':
        return this.catalogs.keep(tx, agentId, body.value);
      case 'refused':
        return body.value.failure
          ? this.jobs.refuse(tx, agentId, keyIn(body.value), body.value.failure)
          : undefined;
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
