import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Drain } from '../drain.js';
import { JobService } from '../job/job.service.js';
import { Rounds } from '../rounds.js';
import { beginSpan, traced } from '../trace.js';
import { seatsOf } from './seats.js';
import type { Session } from './session.js';
import { Turns } from './turns.js';

/** Whoever calls is only faster than this: a call may be lost, and a job may have to wait for its time. */
const pollMs = 5_000;
/** Jobs that one claim takes at most. */
const batch = 10;
/** Claims under way at once; more would only wait for each other in the database. */
const atOnce = 4;

/**
 * Gives the jobs of pools to the agents of this process. A pool is called when a job was queued in it → it waits for its
 * turn → one claim for all its agents that have room → when that was full, the pool goes to the end of the line. So a
 * tenant with a thousand jobs that wait costs another one a claim of ten. A pool whose agents have no room stays hungry,
 * and is called by the first one that has.
 */
@Injectable()
export class Dispatcher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Dispatcher.name);
  private readonly sessions = new Map<string, Set<Session>>();
  private readonly hungry = new Set<string>();
  private readonly turns = new Turns((poolId) => this.serve(poolId), atOnce);
  private readonly rounds: Rounds;

  constructor(
    private readonly jobs: JobService,
    private readonly drain: Drain,
    clock: Clock,
  ) {
    this.rounds = new Rounds(clock, this.logger, 'Looking for jobs that wait failed; trying again');
  }

  onApplicationBootstrap(): void {
    this.rounds.start(pollMs, () => this.look());
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rest();
  }

  /** Claims that are under way end; what they took is offered, or found again when its agent comes back. */
  async rest(): Promise<void> {
    await this.rounds.stop();
    await this.turns.end();
  }

  add(session: Session): void {
    const { poolId } = session.guest;
    const ofPool = this.sessions.get(poolId) ?? new Set();
    this.sessions.set(poolId, ofPool.add(session));
    // What was queued while no agent of the pool was here was told to nobody.
    this.hungry.add(poolId);
  }

  delete(session: Session): void {
    const { poolId } = session.guest;
    const ofPool = this.sessions.get(poolId);
    ofPool?.delete(session);
    if (ofPool?.size !== 0) return;
    this.sessions.delete(poolId);
    this.hungry.delete(poolId);
  }

  /** A job was queued in the pool. */
  call(poolId: string): void {
    if (!this.sessions.has(poolId)) return;
    this.hungry.add(poolId);
    this.turns.call(poolId);
  }

  /** An agent of the pool has room. */
  hasRoom(poolId: string): void {
    if (this.hungry.has(poolId)) this.turns.call(poolId);
  }

  private async look(): Promise<void> {
    for (const poolId of await this.jobs.poolsWithWork([...this.sessions.keys()]))
      this.call(poolId);
  }

  /** True when there may be more to give and somebody to give it to. */
  private async serve(poolId: string): Promise<boolean> {
    const ofPool = this.sessions.get(poolId) ?? new Set();
    const seats = this.drain.signal.aborted ? [] : seatsOf(ofPool, batch);
    if (seats.length === 0) return false;
    this.hungry.delete(poolId);
    try {
      const isFull = await this.fill(poolId, seats);
      if (isFull) this.hungry.add(poolId);
      return isFull;
    } catch (error) {
      this.hungry.add(poolId);
      this.logger.error({ err: error }, 'Claiming jobs failed; trying again');
      return false;
    }
  }

  private async fill(poolId: string, seats: readonly Session[]): Promise<boolean> {
    const byAgent = new Map(seats.map((session) => [session.guest.agentId, session]));
    const ids = seats.map(({ guest }) => guest.agentId);
    const jobs = await traced(
      beginSpan('job.claim', { poolId }),
      () => this.jobs.claim(poolId, ids),
      ({ length }) => ({ count: length }),
    );
    for (const job of jobs) {
      const session = byAgent.get(job.agentId);
      if (session) await session.offer(job);
    }
    this.moveToEnd(poolId, byAgent.values());
    return jobs.length === seats.length;
  }

  /** So that the next jobs go to others. */
  private moveToEnd(poolId: string, served: Iterable<Session>): void {
    const ofPool = this.sessions.get(poolId);
    for (const session of served) if (ofPool?.delete(session)) ofPool.add(session);
  }
}
