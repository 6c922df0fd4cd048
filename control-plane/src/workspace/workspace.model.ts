import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';

@ObjectType({ description: 'A tenant. Everything else belongs to exactly one.' })
export class Workspace {
  @Field(() => ID)
  id!: string;

  @Field()
  name!: string;

  @Field(() => Int, { description: 'How long a run that is over is kept. Sums of usage stay.' })
  retentionDays!: number;

  @Field(() => Int, { description: 'How long an entry of the audit log is kept.' })
  auditRetentionDays!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Runs that agents may hold at once; null: as many as they have room for.',
  })
  maxLeasedRuns!: number | null;
}

@InputType({ description: 'What is left out stays as it is.' })
export class UpdateWorkspaceInput {
  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: '1 to 3660. Runs that become too old by it are removed within minutes.',
  })
  retentionDays?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: '366 to 36600, and no less than retentionDays.',
  })
  auditRetentionDays?: number | null;

  @Field(() => Int, { nullable: true, description: '1 to 100000; null takes the limit away.' })
  maxLeasedRuns?: number | null;
}

@ObjectType()
export class UpdateWorkspacePayload {
  @Field(() => Workspace)
  workspace!: Workspace;
}
