import { Args, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { PageArgs } from '../page/page-args.js';
import type { Page } from '../page/page.js';
import { Model, ModelConnection } from './model.model.js';
import { ModelService } from './model.service.js';

@Resolver(() => Model)
export class ModelResolver {
  constructor(private readonly service: ModelService) {}

  @Allow('configuration.read')
  @Query(() => ModelConnection, { description: 'By name.' })
  models(@CurrentCaller() caller: Caller, @Args() page: PageArgs): Promise<Page<Model>> {
    return this.service.page(caller, page);
  }

  @Allow('configuration.read')
  @Query(() => Model, { nullable: true })
  model(
    @CurrentCaller() caller: Caller,
    @Args('name', { type: () => String }) name: string,
  ): Promise<Model | null> {
    return this.service.find(caller, name);
  }
}
