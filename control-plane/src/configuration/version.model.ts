import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { PageInfo } from '../page/page.model.js';

@ObjectType({ description: 'One change of the configuration, whoever made it.' })
export class ConfigurationVersion {
  @Field(() => Int, { description: 'From 1 on.' })
  number!: number;

  @Field(() => Date)
  createdAt!: Date;

  @Field(() => String, { description: 'Name of the person, or of the API key.' })
  actor!: string;

  @Field(() => String, { description: 'user or key.' })
  actorKind!: string;

  @Field(() => String, { description: 'ui, cli or api.' })
  door!: string;

  @Field(() => Int, {
    description: 'Sources, destinations, models and syncs that it made, changed or removed.',
  })
  changes!: number;

  @Field(() => Int, { nullable: true, description: 'The version that it went back to.' })
  restoredFrom!: number | null;
}

@ObjectType()
export class ConfigurationVersionEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => ConfigurationVersion)
  node!: ConfigurationVersion;
}

@ObjectType()
export class ConfigurationVersionConnection {
  @Field(() => [ConfigurationVersionEdge])
  edges!: ConfigurationVersionEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@InputType()
export class RestoreConfigurationInput {
  @Field(() => Int, { description: '0 for what was there before the first version.' })
  version!: number;

  @Field(() => Boolean, { nullable: true })
  dryRun?: boolean;

  @Field(() => Int, {
    nullable: true,
    description: 'Refuse it when the workspace is at another version by now.',
  })
  expectedVersion?: number;
}
