import { Standing } from '@drawbridge/proto';
import type { HeartbeatAnswer } from '@drawbridge/proto';
import type { Clock } from '../clock.js';
import { Failure } from '../failure.js';
import type { AgentFrameInit } from './connection.js';
import type { Desk } from './desk.js';

export interface Pace {
  heartbeatMs: number;
  leaseMs: number;
}

/** So many heartbeats without an answer, and the line is dead, whatever the socket thinks. */
const patience = 3;

/** Part of a lease that we do not trust: clocks may run at slightly different speeds, and acting takes a moment. */
const marginOf = (leaseMs: number): number => Math.min(5_000, leaseMs / 10);

/** Says that we are here, renews the leases at the desk, and notices a line that went silent. One a connection. */
export class Heartbeat {
  private number = 0n;
  /** When the heartbeats without an answer were sent. */
  private readonly sentAt = new Map<bigint, number>();
  private wake = new AbortController();

  constructor(
    private readonly pace: Pace,
    private readonly desk: Desk,
    private readonly clock: Clock,
    private readonly send: (body: NonNullable<AgentFrameInit['body']>) => void,
  ) {}

  /** Until aborted. Throws TRANSIENT `session.silent`. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.assertAnswered();
      this.beat();
      this.wake = new AbortController();
      const either = AbortSignal.any([signal, this.wake.signal]);
      await this.clock.sleep(this.pace.heartbeatMs, either).catch(() => undefined);
    }
  }

  /** Something changed that the control plane should hear of now. */
  hurry(): void {
    this.wake.abort();
  }

  answered({ number, leases }: HeartbeatAnswer): void {
    const sentAt = this.sentAt.get(number);
    if (sentAt === undefined) return;
    for (const earlier of this.sentAt.keys()) if (earlier <= number) this.sentAt.delete(earlier);
    const { leaseMs } = this.pace;
    const trustedUntilMs = sentAt + leaseMs - marginOf(leaseMs);
    for (const { lease, standing } of leases) {
      if (!lease) continue;
      const held = this.desk.leases().find((one) => isSame(one, lease));
      if (standing === Standing.NOT_CURRENT) held?.lose();
      else held?.renew(trustedUntilMs);
      if (standing === Standing.CANCEL) this.desk.cancelled(lease);
    }
  }

  private beat(): void {
    this.number += 1n;
    this.sentAt.set(this.number, this.clock.monotonicMs());
    const leases = this.desk.leases().map(({ jobId, epoch }) => ({ jobId, epoch }));
    const value = { freeSlots: this.desk.freeSlots(), leases, number: this.number };
    this.send({ case: 'heartbeat', value });
  }

  private assertAnswered(): void {
    const [oldest] = this.sentAt.values();
    if (oldest === undefined) return;
    if (this.clock.monotonicMs() - oldest < patience * this.pace.heartbeatMs) return;
    throw new Failure('TRANSIENT', 'session.silent', 'The control plane stopped answering.');
  }
}

const isSame = (a: { jobId: string; epoch: bigint }, b: { jobId: string; epoch: bigint }) =>
  a.jobId === b.jobId && a.epoch === b.epoch;
