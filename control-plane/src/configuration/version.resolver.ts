import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import type { Page } from '../page/page.js';
import { ApplyConfigurationPayload, ConfigurationChange } from './configuration.model.js';
import {
  ConfigurationVersion,
  ConfigurationVersionConnection,
  RestoreConfigurationInput,
} from './version.model.js';
import { VersionService } from './version.service.js';

@Resolver(() => ConfigurationVersion)
export class VersionResolver {
  constructor(private readonly service: VersionService) {}

  @Allow('configuration.read')
  @Query(() => ConfigurationVersionConnection, { description: 'Newest first.' })
  configurationVersions(
    @CurrentCaller() caller: Caller,
    @Args('first', { type: () => Int, nullable: true }) first?: number,
    @Args('after', { type: () => String, nullable: true }) after?: string,
  ): Promise<Page<ConfigurationVersion>> {
    return this.service.page(caller, { first, after });
  }

  @Allow('configuration.read')
  @Query(() => [ConfigurationChange], {
    description: 'What became different from one version to another; to the newest unless said.',
  })
  configurationDifference(
    @CurrentCaller() caller: Caller,
    @Args('from', { type: () => Int }) from: number,
    @Args('to', { type: () => Int, nullable: true }) to?: number,
  ): Promise<ConfigurationChange[]> {
    return this.service.difference(caller, from, to ?? undefined);
  }

  @Allow('configuration.write')
  @Mutation(() => ApplyConfigurationPayload, {
    description:
      'Makes the workspace what it was at a version, as one more change. With dryRun it says what would change.',
  })
  restoreConfiguration(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => RestoreConfigurationInput }) input: RestoreConfigurationInput,
  ): Promise<ApplyConfigurationPayload> {
    return this.service.restore(caller, input);
  }
}
