import { Logger } from '@nestjs/common';
import type { LeaseStanding } from '../job/job.service.js';
import type { LeaseKey } from '../job/lease.js';
import type { LeasedJob } from '../job/work.js';
import { beginSpan, type Span, type SpanFacts } from '../trace.js';
import type { FrameService } from './frame.service.js';
import type { Guest } from './greeter.js';
import { Room } from './room.js';
import type { Voice } from './voice.js';

const logger = new Logger('Offering');

/** What one agent is offered: first again what it may never have heard, then, as long as it has room, what comes. */
export class Offering {
  /** Jobs that this agent holds, as far as this session heard of them. */
  private readonly leases = new Map<string, bigint>();
  /** From an offer to its answer. */
  private readonly spans = new Map<string, Span>();
  private readonly room = new Room();
  private isOver = false;

  constructor(
    private readonly guest: Guest,
    private readonly voice: Voice,
    private readonly frames: FrameService,
  ) {}

  /** How many more jobs the agent takes. */
  get left(): number {
    return this.isOver ? 0 : this.room.left;
  }

  /** The agent is about to go: what it holds it may finish, but it gets nothing new. */
  leave(): void {
    this.isOver = true;
    for (const jobId of this.spans.keys()) this.endSpan(jobId, { code: 'job.session_over' });
  }

  advertised(freeSlots: number, ack: bigint): void {
    this.room.advertised(freeSlots, ack);
  }

  answered({ jobId }: LeaseKey): void {
    this.room.answered(jobId);
    this.endSpan(jobId);
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

  async offerAgain(): Promise<void> {
    for (const job of await this.frames.unaccepted(this.guest)) await this.offer(job);
  }

  /** With the line cut it stays leased, and is said again at the next hello or rescued when the lease runs out. */
  async offer({ jobId, epoch, work }: LeasedJob): Promise<void> {
    const seq = this.voice.say({ case: 'offer', value: { lease: { jobId, epoch }, work } });
    if (typeof seq === 'string') {
      const { agentId } = this.guest;
      logger.error({ agentId, jobId, code: seq }, 'A job can not be said and was withdrawn');
      return this.frames.withdraw(this.guest, { jobId, epoch }, seq);
    }
    this.room.offered(jobId, seq);
    this.endSpan(jobId, { code: 'job.offered_again' });
    this.spans.set(jobId, beginSpan('job.offer', { agentId: this.guest.agentId, jobId }));
    this.leases.set(jobId, epoch);
  }

  private endSpan(jobId: string, facts?: SpanFacts): void {
    this.spans.get(jobId)?.end(facts);
    this.spans.delete(jobId);
  }
}
