import { Args, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { Destination } from './destination.model.js';
import { DestinationService } from './destination.service.js';

@Resolver(() => Destination)
export class DestinationResolver {
  constructor(private readonly service: DestinationService) {}

  @Allow('configuration.read')
  @Query(() => [Destination])
  destinations(@CurrentCaller() caller: Caller): Promise<Destination[]> {
    return this.service.list(caller);
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
