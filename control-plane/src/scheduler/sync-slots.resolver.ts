import { Args, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import type { Page } from '../page/page.js';
import { Sync } from '../sync/sync.model.js';
import { SlotHistoryService } from './slot-history.service.js';
import { Slot, SlotConnection } from './slot.model.js';

/** The slots of a sync, added to it from above: syncs know nothing of the scheduler. */
@Resolver(() => Sync)
export class SyncSlotsResolver {
  constructor(private readonly history: SlotHistoryService) {}

  @ResolveField(() => [Date], {
    description:
      'When its schedule starts it next, in order. Empty while it is paused, and for one that starts by hand or after another sync.',
  })
  nextRuns(
    @CurrentCaller() caller: Caller,
    @Parent() sync: Sync,
    @Args('first', { type: () => Int, nullable: true }) first?: number,
  ): Promise<Date[]> {
    return this.history.nextRuns(caller.workspaceId, sync.id, first);
  }

  @ResolveField(() => SlotConnection, {
    description: 'What became of the slots of its schedule in the last week, newest first.',
  })
  slots(
    @CurrentCaller() caller: Caller,
    @Parent() sync: Sync,
    @Args('first', { type: () => Int, nullable: true }) first?: number,
    @Args('after', { type: () => String, nullable: true }) after?: string,
  ): Promise<Page<Slot>> {
    return this.history.page(caller.workspaceId, sync.id, { first, after });
  }
}
