import { Args, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { PageArgs } from '../page/page-args.js';
import type { Page } from '../page/page.js';
import { Destination, DestinationConnection } from './destination.model.js';
import { DestinationService } from './destination.service.js';

@Resolver(() => Destination)
export class DestinationResolver {
  constructor(private readonly service: DestinationService) {}

  @Allow('configuration.read')
  @Query(() => DestinationConnection, { description: 'By name.' })
  destinations(
    @CurrentCaller() caller: Caller,
    @Args() page: PageArgs,
  ): Promise<Page<Destination>> {
    return this.service.page(caller, page);
  }

  @Allow('configuration.read')
  @Query(() => Destination, { nullable: true })
  destination(
    @CurrentCaller() caller: Caller,
    @Args('name', { type: () => String }) name: string,
  ): Promise<Destination | null> {
    return this.service.find(caller, name);
  }
}
