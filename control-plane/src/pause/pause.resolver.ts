import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import {
  PauseDestinationInput,
  PauseDestinationPayload,
  PausePoolInput,
  PausePoolPayload,
} from './pause.model.js';
import { PauseService } from './pause.service.js';

@Resolver()
export class PauseResolver {
  constructor(private readonly service: PauseService) {}

  @Allow('pool.pause')
  @Mutation(() => PausePoolPayload, {
    description: 'Its agents are given nothing more. What is under way goes on to its end.',
  })
  async pausePool(
    @CurrentCaller() caller: Caller,
    @Args('input') input: PausePoolInput,
  ): Promise<PausePoolPayload> {
    return { pool: await this.service.setPool(caller, input, true) };
  }

  @Allow('pool.pause')
  @Mutation(() => PausePoolPayload, { description: 'What waited in its queue goes on at once.' })
  async resumePool(
    @CurrentCaller() caller: Caller,
    @Args('input') input: PausePoolInput,
  ): Promise<PausePoolPayload> {
    return { pool: await this.service.setPool(caller, input, false) };
  }

  @Allow('destination.pause')
  @Mutation(() => PauseDestinationPayload, {
    description:
      'No run to it begins, by a schedule or by hand. What is under way goes on to its end.',
  })
  async pauseDestination(
    @CurrentCaller() caller: Caller,
    @Args('input') input: PauseDestinationInput,
  ): Promise<PauseDestinationPayload> {
    return { destination: await this.service.setDestination(caller, input, true) };
  }

  @Allow('destination.pause')
  @Mutation(() => PauseDestinationPayload, {
    description: 'Runs that waited begin at once, and schedules make up for what was due.',
  })
  async resumeDestination(
    @CurrentCaller() caller: Caller,
    @Args('input') input: PauseDestinationInput,
  ): Promise<PauseDestinationPayload> {
    return { destination: await this.service.setDestination(caller, input, false) };
  }
}
