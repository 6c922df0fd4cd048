import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { AppError } from '../app-error.js';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { RunHistoryService } from '../run/run-history.service.js';
import type { ShownRun } from '../run/run-of.js';
import { runOptionsOf } from '../run/run-options.js';
import { ApprovalService } from './approval.service.js';
import {
  ApproveRunInput,
  ApproveRunPayload,
  CancelRunInput,
  CancelRunPayload,
  ReleaseRunInput,
  ReleaseRunPayload,
  StartRunInput,
  StartRunPayload,
} from './run-queue.model.js';
import { ParkedService } from './parked.service.js';
import { RunQueueService } from './run-queue.service.js';

@Resolver()
export class RunQueueResolver {
  constructor(
    private readonly service: RunQueueService,
    private readonly approvals: ApprovalService,
    private readonly parked: ParkedService,
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

  @Allow('run.approve')
  @Mutation(() => ApproveRunPayload, {
    description:
      'Lets a plan go that a guard held. The run plans anew: what goes beyond this plan waits again.',
  })
  async approveRun(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => ApproveRunInput }) input: ApproveRunInput,
  ): Promise<{ run: ShownRun }> {
    await this.approvals.approve(caller, input);
    return this.shown(caller, input.runId);
  }

  @Allow('run.release')
  @Mutation(() => ReleaseRunPayload, {
    description:
      'Puts a run back into the queue that was parked because its agents fell silent. It has all its tries again.',
  })
  async releaseRun(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => ReleaseRunInput }) input: ReleaseRunInput,
  ): Promise<{ run: ShownRun }> {
    await this.parked.release(caller, input.id);
    return this.shown(caller, input.id);
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
