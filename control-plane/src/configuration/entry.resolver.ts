import type { Type } from '@nestjs/common';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import type { EditedSection } from './entry-refusal.js';
import {
  CreateEntryInput,
  DeleteEntryInput,
  DeleteEntryPayload,
  DestinationPayload,
  ModelPayload,
  SourcePayload,
  SyncPayload,
  UpdateEntryInput,
  ValidateEntryPayload,
} from './entry.model.js';
import { EntryService } from './entry.service.js';

/** The four kinds of entries are edited alike, and each has mutations of its own name. */
export const entryResolvers: Type[] = [
  makeEntryResolver('sources', 'Source', SourcePayload),
  makeEntryResolver('destinations', 'Destination', DestinationPayload),
  makeEntryResolver('models', 'Model', ModelPayload),
  makeEntryResolver('syncs', 'Sync', SyncPayload),
];

function makeEntryResolver(section: EditedSection, kind: string, Payload: Type): Type {
  @Resolver()
  class EntryResolver {
    constructor(readonly service: EntryService) {}

    @Allow('configuration.write')
    @Mutation(() => Payload, { name: `create${kind}` })
    create(
      @CurrentCaller() caller: Caller,
      @Args('input', { type: () => CreateEntryInput }) input: CreateEntryInput,
    ): Promise<object> {
      return this.service.create(caller, section, input);
    }

    @Allow('configuration.write')
    @Mutation(() => Payload, {
      name: `update${kind}`,
      description: 'Puts another definition in the place of the one that was looked at.',
    })
    update(
      @CurrentCaller() caller: Caller,
      @Args('input', { type: () => UpdateEntryInput }) input: UpdateEntryInput,
    ): Promise<object> {
      return this.service.update(caller, section, input);
    }

    @Allow('configuration.write')
    @Mutation(() => DeleteEntryPayload, {
      name: `delete${kind}`,
      description: 'Refused while something else of the configuration stands on it.',
    })
    delete(
      @CurrentCaller() caller: Caller,
      @Args('input', { type: () => DeleteEntryInput }) input: DeleteEntryInput,
    ): Promise<DeleteEntryPayload> {
      return this.service.delete(caller, section, input);
    }

    @Allow('configuration.write')
    @Mutation(() => ValidateEntryPayload, {
      name: `validate${kind}`,
      description: 'Finds what is wrong with a definition, and changes nothing.',
    })
    validate(
      @CurrentCaller() caller: Caller,
      @Args('input', { type: () => CreateEntryInput }) input: CreateEntryInput,
    ): Promise<ValidateEntryPayload> {
      return this.service.validate(caller, section, input);
    }
  }
  return EntryResolver;
}
