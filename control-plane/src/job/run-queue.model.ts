import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
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

  @Field(() => Int, {
    nullable: true,
    description:
      'Send so many operations and leave the rest pending. The sync is paused then, until somebody resumes it.',
  })
  canary?: number;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Send only rows that an earlier run was refused, with their latest values.',
  })
  onlyRejected?: boolean;

  @Field(() => ID, {
    nullable: true,
    description:
      'Take back what this run sent: a run of the same sync that is over. A dry run of it comes first, at most a day before; what is then another plan waits for approval.',
  })
  undo?: string;

  @Field(() => String, {
    nullable: true,
    description:
      "The planDigest of the undo's dry run that was looked at: when a newer one made another plan, nothing is started.",
  })
  planDigest?: string;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Take columns whose type changed as they are now, and send nothing for it.',
  })
  acceptTypes?: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description: 'After a change of the mapping: send every current row again.',
  })
  backfill?: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description: 'After a change of the mapping: send only what changes from now on.',
  })
  fromNowOn?: boolean;
}

@ObjectType()
export class StartRunPayload {
  @Field(() => Run)
  run!: Run;
}

@InputType()
export class ApproveRunInput {
  @Field(() => ID)
  runId!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The planDigest that was looked at: when another plan waits by now, nothing is approved.',
  })
  planDigest?: string;
}

@ObjectType()
export class ApproveRunPayload {
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

@InputType()
export class ReleaseRunInput {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
export class ReleaseRunPayload {
  @Field(() => Run)
  run!: Run;
}
