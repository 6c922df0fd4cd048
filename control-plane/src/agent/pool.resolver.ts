import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { PageArgs } from '../page/page-args.js';
import type { Page } from '../page/page.js';
import { AgentConnection, type Agent } from './agent.model.js';
import { AgentService } from './agent.service.js';
import { EnrollmentService } from './enrollment.service.js';
import {
  CreateEnrollmentTokenInput,
  CreateEnrollmentTokenPayload,
  Pool,
  PoolConnection,
} from './pool.model.js';

@Resolver(() => Pool)
export class PoolResolver {
  constructor(
    private readonly service: AgentService,
    private readonly enrollment: EnrollmentService,
  ) {}

  @Allow('agent.read')
  @Query(() => PoolConnection, { description: 'By name.' })
  pools(@CurrentCaller() caller: Caller, @Args() page: PageArgs): Promise<Page<Pool>> {
    return this.service.pools(caller, page);
  }

  @ResolveField(() => AgentConnection)
  agents(
    @CurrentCaller() caller: Caller,
    @Parent() pool: Pool,
    @Args() page: PageArgs,
  ): Promise<Page<Agent>> {
    return this.service.pageOfPool(caller, pool.name, page);
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
