import { Args, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import type { Page } from '../page/page.js';
import { Sync } from '../sync/sync.model.js';
import { RunHistoryService } from './run-history.service.js';
import type { ShownRun } from './run-of.js';
import { Run, RunConnection } from './run.model.js';

/** The runs of a sync, added to it from above: syncs know nothing of runs. */
@Resolver(() => Sync)
export class SyncRunsResolver {
  constructor(private readonly history: RunHistoryService) {}

  @ResolveField(() => Run, { nullable: true })
  lastRun(@CurrentCaller() caller: Caller, @Parent() sync: Sync): Promise<ShownRun | null> {
    return this.history.last(caller, sync.id);
  }

  @ResolveField(() => RunConnection)
  runs(
    @CurrentCaller() caller: Caller,
    @Parent() sync: Sync,
    @Args('first', { type: () => Int, nullable: true }) first?: number,
    @Args('after', { type: () => String, nullable: true }) after?: string,
  ): Promise<Page<ShownRun>> {
    return this.history.pageOfSync(caller, { syncId: sync.id, first, after });
  }
}
