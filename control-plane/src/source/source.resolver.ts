import { Args, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { Source } from './source.model.js';
import { SourceService } from './source.service.js';

@Resolver(() => Source)
export class SourceResolver {
  constructor(private readonly service: SourceService) {}

  @Allow('configuration.read')
  @Query(() => [Source])
  sources(@CurrentCaller() caller: Caller): Promise<Source[]> {
    return this.service.list(caller);
  }

  @Allow('configuration.read')
  @Query(() => Source, { nullable: true })
  source(
    @CurrentCaller() caller: Caller,
    @Args('name', { type: () => String }) name: string,
  ): Promise<Source | null> {
    return this.service.find(caller, name);
  }
}
