import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import {
  IdentityProvider,
  RemoveIdentityProviderPayload,
  SetIdentityProviderInput,
  SetIdentityProviderPayload,
} from './provider.model.js';
import { ProviderService } from './provider.service.js';

@Resolver()
export class ProviderResolver {
  constructor(private readonly service: ProviderService) {}

  @Allow('provider.write')
  @Query(() => IdentityProvider, { nullable: true })
  identityProvider(@CurrentCaller() caller: Caller): Promise<IdentityProvider | null> {
    return this.service.find(caller);
  }

  @Allow('provider.write')
  @Mutation(() => SetIdentityProviderPayload, {
    description: 'In the place of the one before, whose sessions end.',
  })
  async setIdentityProvider(
    @CurrentCaller() caller: Caller,
    @Args('input') input: SetIdentityProviderInput,
  ): Promise<SetIdentityProviderPayload> {
    return { identityProvider: await this.service.set(caller, input) };
  }

  @Allow('provider.write')
  @Mutation(() => RemoveIdentityProviderPayload, { description: 'Sessions that it began end.' })
  async removeIdentityProvider(
    @CurrentCaller() caller: Caller,
  ): Promise<RemoveIdentityProviderPayload> {
    return { identityProvider: await this.service.remove(caller) };
  }
}
