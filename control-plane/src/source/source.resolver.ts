import { Args, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { PageArgs } from '../page/page-args.js';
import type { Page } from '../page/page.js';
import { Source, SourceConnection } from './source.model.js';
import { SourceService } from './source.service.js';

@Resolver(() => Source)
export class SourceResolver {
  constructor(private readonly service: SourceService) {}

  @Allow('configuration.read')
  @Query(() => SourceConnection, { description: 'By name.' })
  sources(@CurrentCaller() caller: Caller, @Args() page: PageArgs): Promise<Page<Source>> {
    return this.service.page(caller, page);
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
