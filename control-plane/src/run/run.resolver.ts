import { Args, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AppError } from '../app-error.js';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import type { Page } from '../page/page.js';
import { RunAdviceService } from './run-advice.service.js';
import { RunHistoryService } from './run-history.service.js';
import type { ShownRun } from './run-of.js';
import { runOptionsOf } from './run-options.js';
import {
  CancelRunInput,
  CancelRunPayload,
  Run,
  RunConnection,
  RunError,
  StartRunInput,
  StartRunPayload,
} from './run.model.js';
import { RunService } from './run.service.js';

@Resolver(() => Run)
export class RunResolver {
  constructor(
    private readonly service: RunService,
    private readonly history: RunHistoryService,
    private readonly advice: RunAdviceService,
  ) {}

  @Allow('run.read')
  @Query(() => RunConnection)
  runs(
    @CurrentCaller() caller: Caller,
    @Args('sync', { type: () => String, nullable: true }) sync?: string,
    @Args('first', { type: () => Int, nullable: true }) first?: number,
    @Args('after', { type: () => String, nullable: true }) after?: string,
  ): Promise<Page<ShownRun>> {
    return this.history.page(caller, sync ?? null, { first, after });
  }

  @Allow('run.read')
  @Query(() => Run, { nullable: true })
  run(
    @CurrentCaller() caller: Caller,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<ShownRun | null> {
    return this.history.find(caller, id);
  }

  @Allow('run.start')
  @Mutation(() => StartRunPayload)
  async startRun(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => StartRunInput }) input: StartRunInput,
  ): Promise<{ run: ShownRun }> {
    return this.shown(caller, await this.service.start(caller, input.sync, runOptionsOf(input)));
  }

  @Allow('run.cancel')
  @Mutation(() => CancelRunPayload)
  async cancelRun(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => CancelRunInput }) input: CancelRunInput,
  ): Promise<{ run: ShownRun }> {
    await this.service.cancel(caller, input.id);
    return this.shown(caller, input.id);
  }

  @ResolveField(() => [RunError])
  errors(@Parent() run: ShownRun): Promise<RunError[]> {
    return this.advice.explain(run.workspaceId, run.problems);
  }

  @ResolveField(() => RunError, { nullable: true })
  async failure(@Parent() run: ShownRun): Promise<RunError | null> {
    const [failure] = await this.advice.explain(run.workspaceId, run.problem ? [run.problem] : []);
    return failure ?? null;
  }

  private async shown(caller: Caller, id: string): Promise<{ run: ShownRun }> {
    const run = await this.history.find(caller, id);
    if (!run) throw new AppError('run.not_found', 'There is no such run.');
    return { run };
  }
}
