import { Args, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { Model } from './model.model.js';
import { ModelService } from './model.service.js';

@Resolver(() => Model)
export class ModelResolver {
  constructor(private readonly service: ModelService) {}

  @Allow('configuration.read')
  @Query(() => [Model])
  models(@CurrentCaller() caller: Caller): Promise<Model[]> {
    return this.service.list(caller);
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
