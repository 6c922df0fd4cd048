import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import {
  RevokeOtherSessionsPayload,
  RevokeSessionInput,
  RevokeSessionPayload,
  Session,
} from './session.model.js';
import { SessionService } from './session.service.js';

@Resolver()
export class SessionResolver {
  constructor(private readonly service: SessionService) {}

  @Allow('viewer.read')
  @Query(() => [Session], { description: 'Of who asks, the last used one first.' })
  sessions(@CurrentCaller() caller: Caller): Promise<Session[]> {
    return this.service.list(caller);
  }

  @Allow('viewer.write')
  @Mutation(() => RevokeSessionPayload, { description: 'At once: signed out in that browser.' })
  async revokeSession(
    @CurrentCaller() caller: Caller,
    @Args('input') { id }: RevokeSessionInput,
  ): Promise<RevokeSessionPayload> {
    return { session: await this.service.revoke(caller, id) };
  }

  @Allow('viewer.write')
  @Mutation(() => RevokeOtherSessionsPayload, { description: 'All but the one that asks.' })
  async revokeOtherSessions(@CurrentCaller() caller: Caller): Promise<RevokeOtherSessionsPayload> {
    return { revoked: await this.service.revokeOthers(caller) };
  }
}
