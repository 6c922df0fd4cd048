import { Logger } from '@nestjs/common';
import type { Clock } from '../clock.js';
import type { LeaseStanding } from '../job/job.service.js';
import type { LeaseKey } from '../job/lease.js';
import type { LeasedJob } from '../job/work.js';
import { WakeUp } from '../wake-up.js';
import type { FrameService } from './frame.service.js';
import type { Guest } from './greeter.js';
import { Room } from './room.js';
import type { Voice } from './voice.js';

/** Whoever wakes the loop is only faster than this. */
const pollMs = 5_000;

/**
 * Offers jobs to one agent: first again what it may never have heard, then, as long as it has room, what waits in its pool.
 * It rests until it is woken (a job was queued, the agent advertised) or some seconds have passed.
 */
export class Offering {
  private readonly logger = new Logger(Offering.name);
  /** Jobs that this agent holds, as far as this session heard of them. */
  private readonly leases = new Map<string, bigint>();
  private readonly room = new Room();
  private isLeaving = false;
  private readonly wakeUp = new WakeUp();

  constructor(
    private readonly guest: Guest,
    private readonly voice: Voice,
    private readonly frames: FrameService,
    private readonly clock: Clock,
  ) {}

  /** Runs until the signal says stop. */
  async loop(signal: AbortSignal): Promise<void> {
    let isBegun = false;
    while (!signal.aborted) {
      try {
        if (!isBegun) await this.offerAgain();
        isBegun = true;
        await this.offerNew(signal);
      } catch (error) {
        const { agentId } = this.guest;
        this.logger.error({ agentId, err: error }, 'Offering jobs failed; trying again');
      }
      await this.wakeUp.sleep(this.clock, pollMs, signal);
    }
  }

  wake(): void {
    this.wakeUp.call();
  }

  /** The agent is about to go: what it holds it may finish, but it gets nothing new. */
  leave(): void {
    this.isLeaving = true;
  }

  advertised(freeSlots: number, ack: bigint): void {
    this.room.advertised(freeSlots, ack);
    this.wake();
  }

  answered({ jobId }: LeaseKey): void {
    this.room.answered(jobId);
  }

  finished({ jobId, epoch }: LeaseKey): void {
    if (this.leases.get(jobId) === epoch) this.leases.delete(jobId);
  }

  /** Only leases that hold are remembered, however many an agent names. */
  stands({ jobId, epoch, standing }: LeaseStanding): void {
    if (standing !== 'not_current') this.leases.set(jobId, epoch);
    else this.finished({ jobId, epoch });
  }

  /** A job that this session never heard of is cancelled by the next heartbeat's answer. */
  cancel(jobId: string): void {
    const epoch = this.leases.get(jobId);
    if (epoch !== undefined) this.voice.say({ case: 'cancel', value: { lease: { jobId, epoch } } });
  }

  private async offerAgain(): Promise<void> {
    for (const job of await this.frames.unaccepted(this.guest)) await this.offer(job);
  }

  private async offerNew(signal: AbortSignal): Promise<void> {
    const slots = this.room.left;
    if (slots === 0 || this.isLeaving) return;
    const jobs = await this.frames.claim(this.guest, slots);
    // With the line cut they stay leased, and are said again at the next hello or rescued when the lease runs out.
    for (const job of jobs) if (!signal.aborted) await this.offer(job);
  }

  private async offer({ jobId, epoch, work }: LeasedJob): Promise<void> {
    const seq = this.voice.say({ case: 'offer', value: { lease: { jobId, epoch }, work } });
    if (seq === undefined) {
      const { agentId } = this.guest;
      this.logger.error({ agentId, jobId }, 'A job does not fit the wire and was withdrawn');
      return this.frames.withdraw(this.guest, { jobId, epoch });
    }
    this.room.offered(jobId, seq);
    this.leases.set(jobId, epoch);
  }
}
