import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config.js';
import { Mailer } from '../mail/mailer.js';
import { AddressGuard } from '../outbound/address-guard.js';
import type { DueDelivery } from './delivery-row.js';
import type { MailText } from './mail-text.js';
import { outcomeOfError, outcomeOfStatus, type Outcome } from './outcome.js';
import { withRoutingKey } from './pagerduty-event.js';
import type { Resolve } from '../outbound/guarded-request.js';
import { post, type Post } from './post.js';
import { unseal } from './seal.js';
import { secretOf, signedHeaders } from './signature.js';

/** For Nest: how names are resolved. */
export const resolveKey = 'drawbridge:resolve';

/** Sends one delivery once, in the way of its channel. */
@Injectable()
export class Dispatch {
  private readonly guard: AddressGuard;

  constructor(
    private readonly config: Config,
    private readonly mailer: Mailer,
    @Inject(resolveKey) private readonly resolve: Resolve,
  ) {
    this.guard = new AddressGuard(config.webhookNetworks);
  }

  async send(delivery: DueDelivery, at: Date, signal: AbortSignal): Promise<Outcome> {
    try {
      if (delivery.kind === 'email') return await this.mail(delivery);
      const { guard, resolve } = this;
      const { status, retryAfter } = await post(
        this.postOf(delivery, at),
        { guard, resolve },
        signal,
      );
      return { ...outcomeOfStatus(delivery.kind, status), retryAfter };
    } catch (error) {
      return outcomeOfError(error);
    }
  }

  private async mail({ body, recipient }: DueDelivery): Promise<Outcome> {
    const { subject, text } = JSON.parse(body) as MailText;
    await this.mailer.send({ to: recipient ?? '', subject, text });
    return { problem: null, isFinal: true, status: null };
  }

  private postOf(delivery: DueDelivery, at: Date): Post {
    const { kind, url, body } = delivery;
    const plain = { 'content-type': 'application/json', 'user-agent': 'drawbridge' };
    if (kind === 'slack') return { url: new URL(this.secretIn(delivery)), headers: plain, body };
    if (kind === 'pagerduty') {
      const keyed = withRoutingKey(body, this.secretIn(delivery));
      return { url: new URL(url ?? ''), headers: plain, body: keyed };
    }
    const headers = { ...plain, ...this.signatureOf(delivery, at) };
    return { url: new URL(url ?? ''), headers, body };
  }

  private secretIn({ channelId, sealed }: DueDelivery): string {
    return unseal(this.config.secret, channelId, sealed ?? new Uint8Array());
  }

  private signatureOf(
    { id, channelId, body, secretVersion, isChanging }: DueDelivery,
    at: Date,
  ): Record<string, string> {
    const versions = isChanging ? [secretVersion, secretVersion - 1] : [secretVersion];
    const secrets = versions.map((version) => secretOf(this.config.secret, channelId, version));
    const timestamp = Math.floor(at.getTime() / 1_000);
    return signedHeaders({ id, timestamp, body }, secrets);
  }
}
