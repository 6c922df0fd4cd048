import { Args, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import type { Page } from '../page/page.js';
import { PageArgs } from '../page/page-args.js';
import { RunAdviceService } from './run-advice.service.js';
import { RunFilter } from './run-filter.model.js';
import { RunHistoryService } from './run-history.service.js';
import type { ShownRun } from './run-of.js';
import { Run, RunApproval, RunConnection, RunError } from './run.model.js';

@Resolver(() => Run)
export class RunResolver {
  constructor(
    private readonly history: RunHistoryService,
    private readonly advice: RunAdviceService,
  ) {}

  @Allow('run.read')
  @Query(() => RunConnection)
  runs(
    @CurrentCaller() caller: Caller,
    @Args() page: PageArgs,
    @Args('sync', { type: () => String, nullable: true }) sync?: string,
    @Args('filter', { type: () => RunFilter, nullable: true }) filter?: RunFilter,
  ): Promise<Page<ShownRun>> {
    return this.history.page(caller, sync ?? null, { ...page, filter: filter ?? {} });
  }

  @Allow('run.read')
  @Query(() => Run, { nullable: true })
  run(
    @CurrentCaller() caller: Caller,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<ShownRun | null> {
    return this.history.find(caller, id);
  }

  @ResolveField(() => [RunApproval])
  approvals(@CurrentCaller() caller: Caller, @Parent() run: ShownRun): Promise<RunApproval[]> {
    return this.history.approvals(caller, run.id);
  }

  @ResolveField(() => [RunError])
  errors(@CurrentCaller() caller: Caller, @Parent() run: ShownRun): Promise<RunError[]> {
    return this.advice.explainWith(caller, run.problems);
  }

  @ResolveField(() => RunError, { nullable: true })
  async failure(
    @CurrentCaller() caller: Caller,
    @Parent() { problem }: ShownRun,
  ): Promise<RunError | null> {
    return (await this.advice.explainWith(caller, problem ? [problem] : []))[0] ?? null;
  }
}
