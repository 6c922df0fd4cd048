import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { Agent } from './agent.model.js';
import { AgentService } from './agent.service.js';
import { EnrollmentService } from './enrollment.service.js';
import { CreateEnrollmentTokenInput, CreateEnrollmentTokenPayload, Pool } from './pool.model.js';

@Resolver(() => Pool)
export class PoolResolver {
  constructor(
    private readonly service: AgentService,
    private readonly enrollment: EnrollmentService,
  ) {}

  @Allow('agent.read')
  @Query(() => [Pool])
  pools(@CurrentCaller() caller: Caller): Promise<Pool[]> {
    return this.service.pools(caller);
  }

  @ResolveField(() => [Agent])
  agents(@CurrentCaller() caller: Caller, @Parent() pool: Pool): Promise<Agent[]> {
    return this.service.listOfPool(caller, pool.name);
  }

  @Allow('agent.enroll')
  @Mutation(() => CreateEnrollmentTokenPayload, {
    description: 'Enrols one agent, within an hour.',
  })
  createEnrollmentToken(
    @CurrentCaller() caller: Caller,
    @Args('input') input: CreateEnrollmentTokenInput,
  ): Promise<CreateEnrollmentTokenPayload> {
    return this.enrollment.createToken(caller, input.pool);
  }
}
