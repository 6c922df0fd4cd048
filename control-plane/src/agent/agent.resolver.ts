import { Args, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { PageArgs } from '../page/page-args.js';
import type { Page } from '../page/page.js';
import { AgentService } from './agent.service.js';
import { AgentUpdates } from './agent-updates.js';
import {
  Agent,
  AgentConnection,
  RevokeAgentInput,
  RevokeAgentPayload,
  RotateAgentInput,
  RotateAgentPayload,
} from './agent.model.js';
import { RotationService } from './rotation.service.js';

@Resolver(() => Agent)
export class AgentResolver {
  constructor(
    private readonly service: AgentService,
    private readonly updates: AgentUpdates,
    private readonly rotation: RotationService,
  ) {}

  @Allow('agent.read')
  @Query(() => AgentConnection, { description: 'In the order of their enrolment.' })
  agents(@CurrentCaller() caller: Caller, @Args() page: PageArgs): Promise<Page<Agent>> {
    return this.service.page(caller, page);
  }

  @Allow('agent.revoke')
  @Mutation(() => RevokeAgentPayload, {
    description: 'For good: its key is worth nothing from now on.',
  })
  async revokeAgent(
    @CurrentCaller() caller: Caller,
    @Args('input') input: RevokeAgentInput,
  ): Promise<RevokeAgentPayload> {
    return { agent: await this.service.revoke(caller, input.id) };
  }

  @Allow('agent.rotate')
  @Mutation(() => RotateAgentPayload, {
    description:
      'It takes a new key as soon as it is connected; its old one is good until it has signed with that.',
  })
  async rotateAgent(
    @CurrentCaller() caller: Caller,
    @Args('input') input: RotateAgentInput,
  ): Promise<RotateAgentPayload> {
    return { agent: await this.rotation.request(caller, input.id) };
  }

  @Allow('agent.read')
  @Subscription(() => Agent, {
    description: 'Every agent of the workspace that changed, when it changed.',
    resolve: (agent: Agent) => agent,
  })
  agentUpdated(@CurrentCaller() caller: Caller): Promise<AsyncIterableIterator<Agent>> {
    return this.updates.of(caller);
  }
}
