import { Field, Float, InputType, ObjectType } from '@nestjs/graphql';
import { Counts } from '../run/run.model.js';

@ObjectType({ description: 'What runs that have ended came to. Of a dry run no rows count.' })
export class UsageSum {
  @Field(() => Float)
  runs!: number;

  @Field(() => Float)
  succeeded!: number;

  @Field(() => Float)
  completedWithErrors!: number;

  @Field(() => Float)
  failed!: number;

  @Field(() => Float)
  cancelled!: number;

  @Field(() => Counts)
  rows!: Counts;

  @Field(() => Float, { description: 'Written to the bucket.' })
  bucketBytes!: number;
}

@ObjectType()
export class UsageOfDay {
  @Field({ description: 'In UTC, such as 2026-11-25.' })
  day!: string;

  @Field(() => UsageSum)
  sum!: UsageSum;
}

@ObjectType()
export class UsageOfSync {
  @Field({ description: 'Its name, also of one that was removed.' })
  sync!: string;

  @Field(() => UsageSum)
  sum!: UsageSum;
}

@ObjectType()
export class Usage {
  @Field({ description: 'The first day.' })
  from!: string;

  @Field({ description: 'The last day.' })
  to!: string;

  @Field(() => UsageSum)
  total!: UsageSum;

  @Field(() => [UsageOfDay], { description: 'Every day, oldest first.' })
  days!: UsageOfDay[];

  @Field(() => [UsageOfSync], { description: 'Those that ran; who sent most comes first.' })
  syncs!: UsageOfSync[];
}

@InputType()
export class UsageFilter {
  @Field(() => String, {
    nullable: true,
    description: 'The first day in UTC, such as 2026-11-01; 29 days before the last when left out.',
  })
  from?: string | null;

  @Field(() => String, { nullable: true, description: 'The last day; today when left out.' })
  to?: string | null;
}
