import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { InvitationService } from './invitation.service.js';
import {
  ChangeMemberRoleInput,
  ChangeMemberRolePayload,
  Invitation,
  InviteMemberInput,
  InviteMemberPayload,
  Member,
  RemoveMemberInput,
  RemoveMemberPayload,
  RevokeInvitationInput,
  RevokeInvitationPayload,
} from './member.model.js';
import { MemberService } from './member.service.js';

@Resolver()
export class MemberResolver {
  constructor(
    private readonly service: MemberService,
    private readonly invitationService: InvitationService,
  ) {}

  @Allow('member.read')
  @Query(() => [Member])
  members(@CurrentCaller() caller: Caller): Promise<Member[]> {
    return this.service.list(caller);
  }

  @Allow('member.invite')
  @Query(() => [Invitation], { description: 'Those that are open.' })
  invitations(@CurrentCaller() caller: Caller): Promise<Invitation[]> {
    return this.invitationService.list(caller);
  }

  @Allow('member.invite')
  @Mutation(() => InviteMemberPayload, {
    description: 'Mails a link that works once, within a week, for that address alone.',
  })
  async inviteMember(
    @CurrentCaller() caller: Caller,
    @Args('input') input: InviteMemberInput,
  ): Promise<InviteMemberPayload> {
    return { invitation: await this.invitationService.invite(caller, input) };
  }

  @Allow('member.invite')
  @Mutation(() => RevokeInvitationPayload, { description: 'Its link ends.' })
  async revokeInvitation(
    @CurrentCaller() caller: Caller,
    @Args('input') { id }: RevokeInvitationInput,
  ): Promise<RevokeInvitationPayload> {
    return { invitation: await this.invitationService.revoke(caller, id) };
  }

  @Allow('member.write')
  @Mutation(() => ChangeMemberRolePayload, { description: 'From their next request on.' })
  async changeMemberRole(
    @CurrentCaller() caller: Caller,
    @Args('input') input: ChangeMemberRoleInput,
  ): Promise<ChangeMemberRolePayload> {
    return { member: await this.service.changeRole(caller, input) };
  }

  @Allow('member.write')
  @Mutation(() => RemoveMemberPayload, { description: 'At once, and their API keys with them.' })
  removeMember(
    @CurrentCaller() caller: Caller,
    @Args('input') { id }: RemoveMemberInput,
  ): Promise<RemoveMemberPayload> {
    return this.service.remove(caller, id);
  }
}
