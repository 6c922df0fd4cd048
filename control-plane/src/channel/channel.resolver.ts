import { Args, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import type { Page } from '../page/page.js';
import {
  Channel,
  ChannelInput,
  ChannelPayload,
  ChannelSecretPayload,
  CreateChannelInput,
  DeliveriesPayload,
  Delivery,
  DeliveryConnection,
  DeliveryFilter,
  EnableChannelInput,
  ReplayDeliveryInput,
  ReplayDeliveryPayload,
  UpdateChannelInput,
} from './channel.model.js';
import { ChannelService } from './channel.service.js';
import { ChannelTestService } from './channel-test.service.js';
import { DeliveryService } from './delivery.service.js';

@Resolver(() => Channel)
export class ChannelResolver {
  constructor(
    private readonly service: ChannelService,
    private readonly tests: ChannelTestService,
    private readonly sent: DeliveryService,
  ) {}

  @Allow('channel.read')
  @Query(() => [Channel], { description: 'By name.' })
  channels(@CurrentCaller() caller: Caller): Promise<Channel[]> {
    return this.service.list(caller);
  }

  @Allow('channel.read')
  @Query(() => DeliveryConnection, { description: 'Newest first; kept for 30 days.' })
  deliveries(
    @CurrentCaller() caller: Caller,
    @Args('filter', { type: () => DeliveryFilter, nullable: true }) filter?: DeliveryFilter,
    @Args('first', { type: () => Int, nullable: true }) first?: number,
    @Args('after', { type: () => String, nullable: true }) after?: string,
  ): Promise<Page<Delivery>> {
    return this.sent.page(caller, filter ?? {}, { first, after });
  }

  @Allow('channel.write')
  @Mutation(() => ChannelSecretPayload)
  createChannel(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => CreateChannelInput }) input: CreateChannelInput,
  ): Promise<ChannelSecretPayload> {
    return this.service.create(caller, input);
  }

  @Allow('channel.write')
  @Mutation(() => ChannelPayload)
  async updateChannel(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => UpdateChannelInput }) input: UpdateChannelInput,
  ): Promise<ChannelPayload> {
    return { channel: await this.service.update(caller, input) };
  }

  @Allow('channel.write')
  @Mutation(() => ChannelSecretPayload, {
    description: 'A new signing secret of a webhook; for a day it is signed with the old one, too.',
  })
  rotateChannelSecret(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => ChannelInput }) { id }: ChannelInput,
  ): Promise<ChannelSecretPayload> {
    return this.service.rotate(caller, id);
  }

  @Allow('channel.write')
  @Mutation(() => ChannelPayload)
  async enableChannel(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => EnableChannelInput }) { id, enabled }: EnableChannelInput,
  ): Promise<ChannelPayload> {
    return { channel: await this.service.enable(caller, id, enabled) };
  }

  @Allow('channel.write')
  @Mutation(() => ChannelPayload, { description: 'With its deliveries, at once and for good.' })
  async deleteChannel(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => ChannelInput }) { id }: ChannelInput,
  ): Promise<ChannelPayload> {
    return { channel: await this.service.remove(caller, id) };
  }

  @Allow('channel.write')
  @Mutation(() => DeliveriesPayload, {
    description: 'Sends a message that says that it is a test; `deliveries` tells how it went.',
  })
  async testChannel(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => ChannelInput }) { id }: ChannelInput,
  ): Promise<DeliveriesPayload> {
    return { deliveries: await this.tests.test(caller, id) };
  }

  @Allow('channel.write')
  @Mutation(() => ReplayDeliveryPayload)
  async replayDelivery(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => ReplayDeliveryInput }) input: ReplayDeliveryInput,
  ): Promise<ReplayDeliveryPayload> {
    return { delivery: await this.sent.replay(caller, input.id) };
  }

  @ResolveField(() => Delivery, {
    nullable: true,
    description: 'The newest one, of whatever kind; null when there was none within 30 days.',
  })
  lastDelivery(
    @CurrentCaller() caller: Caller,
    @Parent() { id }: Channel,
  ): Promise<Delivery | null> {
    return this.sent.newest(caller, id);
  }

  @ResolveField(() => Int, { description: 'Within 30 days: those that could not be delivered.' })
  deadDeliveries(@CurrentCaller() caller: Caller, @Parent() { id }: Channel): Promise<number> {
    return this.sent.dead(caller, id);
  }
}
