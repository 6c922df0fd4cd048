import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import type { Page } from '../page/page.js';
import { DeliveryService } from './delivery.service.js';
import {
  CreateWebhookInput,
  Delivery,
  DeliveryConnection,
  DeliveryFilter,
  EnableWebhookInput,
  ReplayDeliveryInput,
  ReplayDeliveryPayload,
  Webhook,
  WebhookInput,
  WebhookPayload,
  WebhookSecretPayload,
} from './webhook.model.js';
import { WebhookService } from './webhook.service.js';

@Resolver(() => Webhook)
export class WebhookResolver {
  constructor(
    private readonly service: WebhookService,
    private readonly sent: DeliveryService,
  ) {}

  @Allow('webhook.read')
  @Query(() => [Webhook], { description: 'By name.' })
  webhooks(@CurrentCaller() caller: Caller): Promise<Webhook[]> {
    return this.service.list(caller);
  }

  @Allow('webhook.read')
  @Query(() => DeliveryConnection, { description: 'Newest first; kept for 30 days.' })
  deliveries(
    @CurrentCaller() caller: Caller,
    @Args('filter', { type: () => DeliveryFilter, nullable: true }) filter?: DeliveryFilter,
    @Args('first', { type: () => Int, nullable: true }) first?: number,
    @Args('after', { type: () => String, nullable: true }) after?: string,
  ): Promise<Page<Delivery>> {
    return this.sent.page(caller, filter ?? {}, { first, after });
  }

  @Allow('webhook.write')
  @Mutation(() => WebhookSecretPayload)
  createWebhook(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => CreateWebhookInput }) input: CreateWebhookInput,
  ): Promise<WebhookSecretPayload> {
    return this.service.create(caller, input);
  }

  @Allow('webhook.write')
  @Mutation(() => WebhookSecretPayload, {
    description: 'A new secret; for a day it is signed with the old one, too.',
  })
  rotateWebhookSecret(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => WebhookInput }) input: WebhookInput,
  ): Promise<WebhookSecretPayload> {
    return this.service.rotate(caller, input.id);
  }

  @Allow('webhook.write')
  @Mutation(() => WebhookPayload)
  async enableWebhook(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => EnableWebhookInput }) { id, enabled }: EnableWebhookInput,
  ): Promise<WebhookPayload> {
    return { webhook: await this.service.enable(caller, id, enabled) };
  }

  @Allow('webhook.write')
  @Mutation(() => WebhookPayload, { description: 'With its deliveries, at once and for good.' })
  async deleteWebhook(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => WebhookInput }) input: WebhookInput,
  ): Promise<WebhookPayload> {
    return { webhook: await this.service.remove(caller, input.id) };
  }

  @Allow('webhook.write')
  @Mutation(() => ReplayDeliveryPayload)
  async replayDelivery(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => ReplayDeliveryInput }) input: ReplayDeliveryInput,
  ): Promise<ReplayDeliveryPayload> {
    return { delivery: await this.sent.replay(caller, input.id) };
  }
}
