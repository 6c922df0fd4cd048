import { Field, Float, InputType, Int, ObjectType } from '@nestjs/graphql';

@ObjectType()
export class ConfigurationFile {
  @Field(() => String)
  path!: string;

  @Field(() => String)
  text!: string;
}

@InputType()
export class ConfigurationFileInput {
  @Field(() => String)
  path!: string;

  @Field(() => String)
  text!: string;
}

@InputType()
export class ApplyConfigurationInput {
  @Field(() => [ConfigurationFileInput])
  files!: ConfigurationFileInput[];

  @Field(() => Boolean, { nullable: true })
  dryRun?: boolean;

  @Field(() => Int, {
    nullable: true,
    description: 'Refuse it when the workspace is at another version by now.',
  })
  expectedVersion?: number;
}

@ObjectType()
export class ConfigurationProblem {
  @Field(() => String)
  file!: string;

  @Field(() => Int)
  line!: number;

  @Field(() => Int)
  column!: number;

  @Field(() => String)
  code!: string;

  @Field(() => String)
  message!: string;

  @Field(() => [String], {
    description: 'The keys that lead to it, such as syncs, orders, mode; none for what is no YAML.',
  })
  path!: readonly string[];
}

@ObjectType({
  description:
    'action: create, update, remove; kind: source, destination, model, sync; difference: lines that begin with + or -; mapping, where that of a sync changes: what its next run does with rows that did not (backfill, from-now-on, stop).',
})
export class ConfigurationChange {
  @Field(() => String)
  kind!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String)
  action!: string;

  @Field(() => [String])
  difference!: string[];

  @Field(() => String, { nullable: true })
  mapping?: string | undefined;

  @Field(() => Float, {
    nullable: true,
    description:
      'Where the mapping changes: rows of the last known baseline, which backfill sends again and from-now-on leaves. Null before the first run.',
  })
  baselineRows?: number | null;
}

@ObjectType({
  description: 'Problems and changes are values, not errors: with a problem nothing is applied.',
})
export class ApplyConfigurationPayload {
  @Field(() => Boolean)
  applied!: boolean;

  @Field(() => [ConfigurationProblem])
  problems!: ConfigurationProblem[];

  @Field(() => [ConfigurationChange])
  changes!: ConfigurationChange[];

  @Field(() => Int, { description: 'Of the workspace, as it is now; 0 before the first change.' })
  version!: number;
}
