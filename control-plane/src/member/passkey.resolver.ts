import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { DeletePasskeyInput, DeletePasskeyPayload, Passkey } from './passkey.model.js';
import { PasskeyService } from './passkey.service.js';

@Resolver()
export class PasskeyResolver {
  constructor(private readonly service: PasskeyService) {}

  @Allow('viewer.read')
  @Query(() => [Passkey], { description: 'Of who asks, the oldest first.' })
  passkeys(@CurrentCaller() caller: Caller): Promise<Passkey[]> {
    return this.service.list(caller);
  }

  @Allow('viewer.write')
  @Mutation(() => DeletePasskeyPayload, { description: 'It opens nothing from then on.' })
  async deletePasskey(
    @CurrentCaller() caller: Caller,
    @Args('input') { id }: DeletePasskeyInput,
  ): Promise<DeletePasskeyPayload> {
    return { passkey: await this.service.delete(caller, id) };
  }
}
