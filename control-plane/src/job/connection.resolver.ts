import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import {
  CheckConnectionInput,
  CheckConnectionPayload,
  DiscoverConnectionInput,
  DiscoverConnectionPayload,
} from './connection.model.js';
import { ConnectionService } from './connection.service.js';

@Resolver(() => CheckConnectionPayload)
export class ConnectionResolver {
  constructor(private readonly service: ConnectionService) {}

  @Allow('connection.check')
  @Mutation(() => CheckConnectionPayload, {
    description: 'Asks an agent to connect, and waits for its answer for at most 30 seconds.',
  })
  checkConnection(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => CheckConnectionInput }) input: CheckConnectionInput,
  ): Promise<CheckConnectionPayload> {
    return this.service.check(caller, input);
  }

  @Allow('connection.discover')
  @Mutation(() => DiscoverConnectionPayload, {
    description:
      'Asks an agent what is in a source or destination: names and types, which are not kept. Waits for at most 18 seconds.',
  })
  discoverConnection(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => DiscoverConnectionInput }) input: DiscoverConnectionInput,
  ): Promise<DiscoverConnectionPayload> {
    return this.service.discover(caller, input);
  }
}
