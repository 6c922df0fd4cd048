import { Injectable } from '@nestjs/common';
import { AuditService, systemOf } from '../audit/audit.service.js';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Database, type Transaction } from '../database/database.js';
import { takeEvents } from '../event/take-events.js';
import { beginSpan, traced } from '../trace.js';
import { addDeliveries } from './add-deliveries.js';
import { retryAfterMsOf, waitAfter } from './backoff.js';
import { claimDeliveries, leaveAlone, settleAttempt, type DueDelivery } from './delivery-row.js';
import { Dispatch } from './dispatch.js';

const consumer = 'webhooks';
const eventsAtOnce = 500;
/** Under way in one process. */
const mostUnderWay = 32;

/** Makes deliveries of events, and sends what is due. Any number of processes may do both at once. */
@Injectable()
export class Sender {
  private readonly underWay = new Map<Promise<void>, string>();

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly dispatch: Dispatch,
  ) {}

  async takeEvents(): Promise<void> {
    let taken = eventsAtOnce;
    while (taken === eventsAtOnce)
      taken = await this.database.system.$transaction(async (tx) => {
        const events = await takeEvents(tx, consumer, eventsAtOnce);
        if (events.length > 0) await addDeliveries(tx, events, this.config.publicUrl);
        return events.length;
      });
  }

  /** Begins what is due and answers how much that was, without waiting for its end. */
  async begin(signal: AbortSignal): Promise<number> {
    const room = mostUnderWay - this.underWay.size;
    if (room <= 0) return 0;
    const due = await claimDeliveries(this.database.system, { room, underWay: this.counts() });
    for (const delivery of due) {
      const attempt = this.attempt(delivery, signal).finally(() => this.underWay.delete(attempt));
      // What can't be written down now is attempted again when its time as held is over.
      attempt.catch(() => undefined);
      this.underWay.set(attempt, delivery.channelId);
    }
    return due.length;
  }

  /** Resolves when nothing is under way any more. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.underWay.keys());
  }

  private counts(): { channelId: string; count: number }[] {
    const byChannel = Map.groupBy(this.underWay.values(), (channelId) => channelId);
    return [...byChannel].map(([channelId, all]) => ({ channelId, count: all.length }));
  }

  private async attempt(delivery: DueDelivery, signal: AbortSignal): Promise<void> {
    const at = this.clock.now();
    const beganMs = this.clock.monotonicMs();
    const { problem, status, isFinal, retryAfter } = await traced(
      beginSpan('outbox.deliver', { kind: delivery.kind, workspaceId: delivery.workspaceId }),
      () => this.dispatch.send(delivery, at, signal),
      (outcome) => ({
        ...(outcome.problem !== null && { code: outcome.problem }),
        ...(outcome.status !== null && { status: outcome.status }),
      }),
    );
    // Broken off because this process stops: another one begins it anew when its time as held is over.
    if (signal.aborted && problem !== null && status === null) return;
    const durationMs = Math.round(this.clock.monotonicMs() - beganMs);
    const retryAfterMs = retryAfterMsOf(retryAfter, this.clock.now());
    const waitMs = isFinal
      ? undefined
      : waitAfter(delivery.attemptsLeft, Math.random(), retryAfterMs);
    await this.database.system.$transaction(async (tx) => {
      await settleAttempt(tx, delivery, { at, durationMs, status, problem, waitMs });
      if (retryAfterMs > 0) await leaveAlone(tx, delivery.channelId, retryAfterMs);
      if (problem === 'channel.gone') await disable(tx, delivery, at);
    });
  }
}

/** Whoever enables it again is told what happens from then on. */
async function disable(
  tx: Transaction,
  { channelId, workspaceId, name }: DueDelivery,
  at: Date,
): Promise<void> {
  const where = { id: channelId, disabledAt: null };
  const { count } = await tx.channel.updateMany({ where, data: { disabledAt: at } });
  if (count === 0) return;
  await AuditService.record(tx, systemOf(workspaceId, 'channel'), {
    action: 'channel.disable',
    subject: { kind: 'channel', id: channelId, name },
    after: { reason: 'channel.gone' },
  });
}
