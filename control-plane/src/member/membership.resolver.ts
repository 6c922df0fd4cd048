import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { MemberService } from './member.service.js';
import {
  CreateWorkspaceInput,
  CreateWorkspacePayload,
  LeaveWorkspaceInput,
  LeaveWorkspacePayload,
  Membership,
  SwitchWorkspaceInput,
  SwitchWorkspacePayload,
} from './membership.model.js';
import { MembershipService } from './membership.service.js';

@Resolver()
export class MembershipResolver {
  constructor(
    private readonly service: MembershipService,
    private readonly members: MemberService,
  ) {}

  @Allow('viewer.read')
  @Query(() => [Membership], { description: 'The workspaces of who asks.' })
  memberships(@CurrentCaller() caller: Caller): Promise<Membership[]> {
    return this.service.list(caller);
  }

  @Allow('viewer.write')
  @Mutation(() => CreateWorkspacePayload, {
    description: 'Another one, of which who asks is the owner; the session is in it from now on.',
  })
  async createWorkspace(
    @CurrentCaller() caller: Caller,
    @Args('input') { name }: CreateWorkspaceInput,
  ): Promise<CreateWorkspacePayload> {
    return { workspace: await this.service.create(caller, name.trim()) };
  }

  @Allow('viewer.write')
  @Mutation(() => SwitchWorkspacePayload, { description: 'For this session, from now on.' })
  async switchWorkspace(
    @CurrentCaller() caller: Caller,
    @Args('input') { workspaceId }: SwitchWorkspaceInput,
  ): Promise<SwitchWorkspacePayload> {
    return { workspace: await this.service.switch(caller, workspaceId) };
  }

  @Allow('viewer.write')
  @Mutation(() => LeaveWorkspacePayload, { description: 'Your API keys there end with it.' })
  async leaveWorkspace(
    @CurrentCaller() caller: Caller,
    @Args('input') { workspaceId }: LeaveWorkspaceInput,
  ): Promise<LeaveWorkspacePayload> {
    return this.members.leave(caller, workspaceId).then(() => ({ workspaceId }));
  }
}
