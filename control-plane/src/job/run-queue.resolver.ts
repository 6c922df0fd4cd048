import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { AppError } from '../app-error.js';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { RunHistoryService } from '../run/run-history.service.js';
import type { ShownRun } from '../run/run-of.js';
import { runOptionsOf } from '../run/run-options.js';
import {
  CancelRunInput,
  CancelRunPayload,
  StartRunInput,
  StartRunPayload,
} from './run-queue.model.js';
import { RunQueueService } from './run-queue.service.js';

@Resolver()
export class RunQueueResolver {
  constructor(
    private readonly service: RunQueueService,
    private readonly history: RunHistoryService,
  ) {}

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

  private async shown(caller: Caller, id: string): Promise<{ run: ShownRun }> {
    const run = await this.history.find(caller, id);
    if (!run) throw new AppError('run.not_found', 'There is no such run.');
    return { run };
  }
}
