import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Standing, SyncOutcome, type ControlFrame, type HeartbeatAnswer } from '@drawbridge/proto';
import { FakeAgent, type AgentBody, type FakeIdentity } from './fake-agent.js';

/** Unless it is told otherwise. */
const longestBackoffMs = 500;
const greetingMs = 5_000;
/** An agent gives a line up that said nothing for so many heartbeats. */
const silentHeartbeats = 3;

export interface Lease {
  jobId: string;
  epoch: bigint;
}

export interface Manner {
  slots: number;
  /** How long the next job takes. */
  workMs: () => number;
  /** How long it waits before it connects again; `attempt` counts from 0 since the last welcome. */
  backoffMs?: (attempt: number) => number;
}

interface Held extends Lease {
  /** Until when the lease is certainly its own: counted from when an answered heartbeat was sent. */
  trustedUntilMs: number;
  isDone: boolean;
  isCancelled: boolean;
}

interface Open {
  line: FakeAgent;
  leaseMs: number;
  lastHeardMs: number;
  /** When each heartbeat was sent, by its number. */
  sentMs: number[];
}

/**
 * An agent as the control plane sees one: enrolled, numbering what must not be lost and saying it again until it is
 * acknowledged, proving its leases by heartbeats, reporting nothing of a lease that it may have lost, coming back after
 * every cut. Of a job it does nothing but take its time.
 */
export class SteadyAgent {
  /** Leases whose results were acknowledged. */
  readonly acknowledged: Lease[] = [];
  /** Sessions so far. */
  welcomes = 0;
  private readonly bootId = randomUUID();
  private readonly held = new Map<string, Held>();
  /** The last epoch of each job that was taken: what is offered again after a reconnect is not done again. */
  private readonly taken = new Map<string, bigint>();
  private outbox: { seq: bigint; body: AgentBody }[] = [];
  private nextSeq = 1n;
  private open: Open | undefined;
  private readonly stop = new AbortController();
  private ended: Promise<void> | undefined;
  private attempt = 0;

  constructor(
    private readonly urlOf: () => string,
    private readonly identity: FakeIdentity,
    private readonly work: Manner,
  ) {}

  get isStarted(): boolean {
    return this.ended !== undefined;
  }

  get isOpen(): boolean {
    return this.open !== undefined;
  }

  start(): void {
    this.ended = this.run();
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.ended;
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    const { backoffMs = () => Math.random() * longestBackoffMs } = this.work;
    while (!signal.aborted) {
      await this.once().catch(() => undefined);
      await wait(backoffMs(this.attempt), undefined, { signal }).catch(() => undefined);
      this.attempt += 1;
    }
  }

  private async once(): Promise<void> {
    const line = await FakeAgent.connect(this.urlOf(), this.identity, this.bootId);
    const vanish = (): void => line.vanish();
    const late = setTimeout(vanish, greetingMs);
    const { signal } = this.stop;
    // It may be closed while it connects.
    signal.addEventListener('abort', vanish, { once: true });
    if (signal.aborted) vanish();
    try {
      const welcome = await line.welcome({ slots: this.work.slots });
      clearTimeout(late);
      await this.converse(line, welcome);
    } finally {
      clearTimeout(late);
      signal.removeEventListener('abort', vanish);
      this.open = undefined;
      line.vanish();
    }
  }

  private async converse(line: FakeAgent, welcome: ControlFrame): Promise<void> {
    if (welcome.body.case !== 'welcome') throw new Error('A welcome was expected.');
    const { heartbeatMs, leaseMs } = welcome.body.value;
    this.open = { line, leaseMs, lastHeardMs: performance.now(), sentMs: [] };
    this.welcomes += 1;
    this.attempt = 0;
    this.heardAck(welcome.ack);
    for (const { seq, body } of this.outbox) line.say(body, seq);
    const beating = setInterval(() => this.beat(silentHeartbeats * heartbeatMs), heartbeatMs);
    this.beat(Infinity);
    try {
      for (let frame = await line.nextOfAny(); frame; frame = await line.nextOfAny())
        this.hear(this.open, frame);
    } finally {
      clearInterval(beating);
    }
  }

  private hear(open: Open, { ack, body }: ControlFrame): void {
    open.lastHeardMs = performance.now();
    this.heardAck(ack);
    if (body.case === 'heartbeatAnswer') this.heardAnswer(open, body.value);
    if (body.case === 'cancel' && body.value.lease) this.heardCancel(body.value.lease);
    if (body.case === 'offer' && body.value.lease) this.heardOffer(body.value.lease);
  }

  private heardAck(ack: bigint): void {
    for (const { seq, body } of this.outbox)
      if (seq <= ack && body.case === 'finished' && body.value.lease)
        this.acknowledged.push(body.value.lease as Lease);
    this.outbox = this.outbox.filter(({ seq }) => seq > ack);
  }

  private heardOffer({ jobId, epoch }: Lease): void {
    if ((this.taken.get(jobId) ?? -1n) < epoch) {
      this.taken.set(jobId, epoch);
      const held = { jobId, epoch, trustedUntilMs: -Infinity, isDone: false, isCancelled: false };
      this.held.set(jobId, held);
      setTimeout(() => {
        held.isDone = true;
        this.reportDone();
      }, this.work.workMs()).unref();
    }
    this.say({ case: 'accepted', value: { lease: { jobId, epoch } } });
    // An offer proves no lease; the answer to a heartbeat does.
    this.beat(Infinity);
  }

  private heardCancel({ jobId, epoch }: Lease): void {
    const held = this.held.get(jobId);
    if (held?.epoch === epoch) held.isCancelled = true;
    this.reportDone();
  }

  private heardAnswer({ sentMs, leaseMs }: Open, { number, leases }: HeartbeatAnswer): void {
    for (const { lease, standing } of leases) {
      const held = this.held.get(lease?.jobId ?? '');
      if (!held || held.epoch !== lease?.epoch) continue;
      if (standing === Standing.NOT_CURRENT) this.held.delete(held.jobId);
      else held.trustedUntilMs = (sentMs[Number(number)] ?? 0) + leaseMs;
      if (standing === Standing.CANCEL) held.isCancelled = true;
    }
    this.reportDone();
  }

  private reportDone(): void {
    for (const { jobId, epoch, trustedUntilMs, ...held } of this.held.values()) {
      if (!(held.isDone || held.isCancelled) || trustedUntilMs <= performance.now()) continue;
      this.held.delete(jobId);
      const outcome = held.isCancelled ? SyncOutcome.CANCELLED : SyncOutcome.SUCCEEDED;
      const value = { outcome, counts: {}, phases: {} };
      const lease = { jobId, epoch };
      this.say({ case: 'finished', value: { lease, result: { case: 'syncReport', value } } });
    }
  }

  private say(body: AgentBody): void {
    const frame = { seq: this.nextSeq, body };
    this.nextSeq += 1n;
    this.outbox.push(frame);
    this.open?.line.say(body, frame.seq);
  }

  private beat(silentMs: number): void {
    const { open } = this;
    if (!open) return;
    const now = performance.now();
    if (now - open.lastHeardMs > silentMs) return open.line.vanish();
    // What was trusted once and is so no longer is somebody else's by now.
    for (const { jobId, trustedUntilMs } of this.held.values())
      if (Number.isFinite(trustedUntilMs) && trustedUntilMs <= now) this.held.delete(jobId);
    open.sentMs.push(now);
    const leases = [...this.held.values()].map(({ jobId, epoch }) => ({ jobId, epoch }));
    open.line.beat(
      Math.max(0, this.work.slots - leases.length),
      leases,
      BigInt(open.sentMs.length - 1),
    );
  }
}
