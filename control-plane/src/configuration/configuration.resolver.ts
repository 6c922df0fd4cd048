import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import {
  ApplyConfigurationInput,
  ApplyConfigurationPayload,
  ConfigurationFile,
} from './configuration.model.js';
import { ConfigurationService } from './configuration.service.js';

@Resolver(() => ConfigurationFile)
export class ConfigurationResolver {
  constructor(private readonly service: ConfigurationService) {}

  @Allow('configuration.read')
  @Query(() => [ConfigurationFile], { description: 'The whole workspace as configuration files.' })
  configuration(@CurrentCaller() caller: Caller): Promise<ConfigurationFile[]> {
    return this.service.export(caller);
  }

  @Allow('configuration.write')
  @Mutation(() => ApplyConfigurationPayload, {
    description: 'All or nothing. With dryRun it says what would change.',
  })
  applyConfiguration(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => ApplyConfigurationInput }) input: ApplyConfigurationInput,
  ): Promise<ApplyConfigurationPayload> {
    return this.service.apply(caller, input);
  }
}
