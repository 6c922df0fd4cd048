import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import type { Page } from '../page/page.js';
import { PauseSyncInput, PauseSyncPayload, Sync, SyncConnection } from './sync.model.js';
import { SyncService } from './sync.service.js';

@Resolver(() => Sync)
export class SyncResolver {
  constructor(private readonly service: SyncService) {}

  @Allow('configuration.read')
  @Query(() => SyncConnection)
  syncs(
    @CurrentCaller() caller: Caller,
    @Args('first', { type: () => Int, nullable: true }) first?: number,
    @Args('after', { type: () => String, nullable: true }) after?: string,
  ): Promise<Page<Sync>> {
    return this.service.page(caller, { first, after });
  }

  @Allow('configuration.read')
  @Query(() => Sync, { nullable: true })
  sync(
    @CurrentCaller() caller: Caller,
    @Args('name', { type: () => String }) name: string,
  ): Promise<Sync | null> {
    return this.service.find(caller, name);
  }

  @Allow('sync.pause')
  @Mutation(() => PauseSyncPayload, {
    description: 'Its schedule starts no more runs. One that is under way goes on to its end.',
  })
  async pauseSync(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => PauseSyncInput }) input: PauseSyncInput,
  ): Promise<PauseSyncPayload> {
    return { sync: await this.service.pause(caller, input.sync, input.reason) };
  }

  @Allow('sync.pause')
  @Mutation(() => PauseSyncPayload, {
    description: 'Its schedule goes on; a run that was due meanwhile starts at once.',
  })
  async resumeSync(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => PauseSyncInput }) input: PauseSyncInput,
  ): Promise<PauseSyncPayload> {
    return { sync: await this.service.resume(caller, input.sync) };
  }
}
