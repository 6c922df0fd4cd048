import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { Run } from '../run/run.model.js';

@InputType()
export class StartRunInput {
  @Field(() => String)
  sync!: string;

  @Field(() => Boolean, { nullable: true, description: 'Stop after the plan and send nothing.' })
  dryRun?: boolean;

  @Field(() => Boolean, { nullable: true, description: 'Send every current row again.' })
  full?: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description: "Record the query's rows as the baseline and send nothing.",
  })
  rebaseline?: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Compare every value, not only fingerprints.',
  })
  verify?: boolean;
}

@ObjectType()
export class StartRunPayload {
  @Field(() => Run)
  run!: Run;
}

@InputType()
export class CancelRunInput {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
export class CancelRunPayload {
  @Field(() => Run)
  run!: Run;
}
