import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService, systemOf } from '../audit/audit.service.js';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { takeEvents } from '../event/take-events.js';
import { AddressGuard } from './address-guard.js';
import { retryAfterMsOf, waitAfter } from './backoff.js';
import { addDeliveries, claimDeliveries, mostOfOne, settleAttempt } from './delivery-row.js';
import type { DueDelivery } from './delivery-row.js';
import { post, type Answer, type Resolve } from './post.js';
import { secretOf, signedHeaders } from './signature.js';

/** For Nest: how names are resolved. */
export const resolveKey = 'drawbridge:resolve';

const consumer = 'webhooks';
const eventsAtOnce = 500;
/** Under way in one process. */
const mostUnderWay = 32;

/** Makes deliveries of events, and posts what is due. Any number of processes may do both at once. */
@Injectable()
export class Sender {
  private readonly guard: AddressGuard;
  private readonly underWay = new Map<Promise<void>, string>();

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
    @Inject(resolveKey) private readonly resolve: Resolve,
  ) {
    this.guard = new AddressGuard(config.webhookNetworks);
  }

  async takeEvents(): Promise<void> {
    let taken = eventsAtOnce;
    while (taken === eventsAtOnce)
      taken = await this.database.system.$transaction(async (tx) => {
        const events = await takeEvents(tx, consumer, eventsAtOnce);
        if (events.length > 0) await addDeliveries(tx, events);
        return events.length;
      });
  }

  /** Begins what is due and answers how much that was, without waiting for its end. */
  async begin(signal: AbortSignal): Promise<number> {
    const room = mostUnderWay - this.underWay.size;
    if (room <= 0) return 0;
    const due = await claimDeliveries(this.database.system, { room, busy: this.busy() });
    for (const delivery of due) {
      const attempt = this.attempt(delivery, signal).finally(() => this.underWay.delete(attempt));
      // What can't be written down now is attempted again when its time as held is over.
      attempt.catch(() => undefined);
      this.underWay.set(attempt, delivery.webhookId);
    }
    return due.length;
  }

  /** Resolves when nothing is under way any more. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.underWay.keys());
  }

  private busy(): string[] {
    const hooks = [...this.underWay.values()];
    return [...new Set(hooks)].filter(
      (hook) => hooks.filter((other) => other === hook).length >= mostOfOne,
    );
  }

  private async attempt(delivery: DueDelivery, signal: AbortSignal): Promise<void> {
    const at = this.clock.now();
    const beganMs = this.clock.monotonicMs();
    const { answer, problem } = await this.send(delivery, at, signal);
    // Broken off because this process stops: another one begins it anew when its time as held is over.
    if (signal.aborted && !answer) return;
    const durationMs = Math.round(this.clock.monotonicMs() - beganMs);
    const retryAfterMs = retryAfterMsOf(answer?.retryAfter, this.clock.now());
    const isGone = problem === 'webhook.gone';
    const waitMs = isGone
      ? undefined
      : waitAfter(delivery.attemptsLeft, Math.random(), retryAfterMs);
    const status = answer?.status ?? null;
    await this.database.system.$transaction(async (tx) => {
      await settleAttempt(tx, delivery, { at, durationMs, status, problem, waitMs });
      if (!isGone) return;
      const { webhookId, workspaceId, name } = delivery;
      const where = { id: webhookId, disabledAt: null };
      const { count } = await tx.webhook.updateMany({ where, data: { disabledAt: at } });
      if (count === 0) return;
      await AuditService.record(tx, systemOf(workspaceId, 'webhook'), {
        action: 'webhook.disable',
        subject: { kind: 'webhook', id: webhookId, name },
        after: { reason: problem },
      });
    });
  }

  private async send(
    { id, webhookId, url, body, secretVersion, isChanging }: DueDelivery,
    at: Date,
    signal: AbortSignal,
  ): Promise<{ answer?: Answer; problem: string | null }> {
    const versions = isChanging ? [secretVersion, secretVersion - 1] : [secretVersion];
    const secrets = versions.map((version) => secretOf(this.config.secret, webhookId, version));
    const timestamp = Math.floor(at.getTime() / 1_000);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'drawbridge',
      ...signedHeaders({ id, timestamp, body }, secrets),
    };
    try {
      const { guard, resolve } = this;
      const answer = await post({ url: new URL(url), headers, body }, { guard, resolve }, signal);
      return { answer, problem: problemOfStatus(answer.status) };
    } catch (error) {
      return { problem: problemOfLine(error) };
    }
  }
}

function problemOfStatus(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return 'webhook.redirected';
  return status === 410 ? 'webhook.gone' : 'webhook.refused';
}

/** What the line says may hold what the other end wrote, so only its kind is kept. */
function problemOfLine(error: unknown): string {
  if (error instanceof AppError) return error.code;
  const { name, code = '' } = error as { name?: string; code?: string; cause?: unknown };
  const { cause } = error as { cause?: { name?: string } };
  if (name === 'TimeoutError' || cause?.name === 'TimeoutError') return 'webhook.timed_out';
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(code)) return 'webhook.unknown_host';
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code)) return 'webhook.bad_certificate';
  return 'webhook.unreachable';
}
