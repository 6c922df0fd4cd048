import { Args, ID, Resolver, Subscription } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { RunUpdates } from './run-updates.js';
import type { ShownRun } from './run-of.js';
import { Run } from './run.model.js';

@Resolver(() => Run)
export class RunUpdatedResolver {
  constructor(private readonly updates: RunUpdates) {}

  @Allow('run.read')
  @Subscription(() => Run, {
    description: 'The run as it is and whenever it changes, until it is over.',
    resolve: (run: ShownRun) => run,
  })
  runUpdated(
    @CurrentCaller() caller: Caller,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<AsyncIterableIterator<ShownRun>> {
    return this.updates.of(caller, id);
  }
}
