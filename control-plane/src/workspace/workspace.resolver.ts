import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { UpdateWorkspaceInput, UpdateWorkspacePayload, Workspace } from './workspace.model.js';
import { WorkspaceService } from './workspace.service.js';

@Resolver(() => Workspace)
export class WorkspaceResolver {
  constructor(private readonly service: WorkspaceService) {}

  @Allow('viewer.read')
  @Query(() => Workspace)
  workspace(@CurrentCaller() caller: Caller): Promise<Workspace> {
    return this.service.current(caller);
  }

  @Allow('workspace.write')
  @Mutation(() => UpdateWorkspacePayload)
  async updateWorkspace(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => UpdateWorkspaceInput }) input: UpdateWorkspaceInput,
  ): Promise<UpdateWorkspacePayload> {
    return { workspace: await this.service.update(caller, input) };
  }
}
