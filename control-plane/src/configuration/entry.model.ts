import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Destination } from '../destination/destination.model.js';
import { Model } from '../model/model.model.js';
import { Source } from '../source/source.model.js';
import { Sync } from '../sync/sync.model.js';
import { ConfigurationChange, ConfigurationProblem } from './configuration.model.js';

@InputType()
export class CreateEntryInput {
  @Field(() => String)
  name!: string;

  @Field(() => String, {
    description: 'YAML or JSON: what would stand under its name in a configuration file.',
  })
  definition!: string;
}

@InputType()
export class UpdateEntryInput extends CreateEntryInput {
  @Field(() => String, { description: 'Of the definition that was looked at.' })
  digest!: string;
}

@InputType()
export class DeleteEntryInput {
  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'Of the definition that was looked at.' })
  digest!: string;
}

const versionField = { description: 'Of the configuration, as it is now.' };

@ObjectType()
export class SourcePayload {
  @Field(() => Source)
  source!: Source;

  @Field(() => Int, versionField)
  version!: number;
}

@ObjectType()
export class DestinationPayload {
  @Field(() => Destination)
  destination!: Destination;

  @Field(() => Int, versionField)
  version!: number;
}

@ObjectType()
export class ModelPayload {
  @Field(() => Model)
  model!: Model;

  @Field(() => Int, versionField)
  version!: number;
}

@ObjectType()
export class SyncPayload {
  @Field(() => Sync)
  sync!: Sync;

  @Field(() => Int, versionField)
  version!: number;
}

@ObjectType()
export class DeleteEntryPayload {
  @Field(() => String)
  name!: string;

  @Field(() => Int, versionField)
  version!: number;
}

@ObjectType({
  description:
    'Problems are values here: none, and it could be created, or take the place of the one of its name.',
})
export class ValidateEntryPayload {
  @Field(() => [ConfigurationProblem])
  problems!: ConfigurationProblem[];

  @Field(() => [ConfigurationChange], { description: 'What it would make different.' })
  changes!: ConfigurationChange[];
}
