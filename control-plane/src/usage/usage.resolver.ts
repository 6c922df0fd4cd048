import { Args, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { Usage, UsageFilter } from './usage.model.js';
import { UsageService } from './usage.service.js';

@Resolver(() => Usage)
export class UsageResolver {
  constructor(private readonly service: UsageService) {}

  @Allow('usage.read')
  @Query(() => Usage, { description: 'Runs and rows by day and by sync; counts only.' })
  usage(
    @CurrentCaller() caller: Caller,
    @Args('filter', { type: () => UsageFilter, nullable: true }) filter?: UsageFilter,
  ): Promise<Usage> {
    return this.service.of(caller, filter ?? {});
  }
}
