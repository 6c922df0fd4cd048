import { Field, InputType } from '@nestjs/graphql';

@InputType({ description: 'Runs that meet all of what is said.' })
export class RunFilter {
  @Field(() => [String], { nullable: true, description: 'Any of these states; none for all.' })
  states?: string[];

  @Field(() => String, { nullable: true, description: 'schedule, api or ui.' })
  trigger?: string;

  @Field(() => Date, { nullable: true, description: 'Queued then or later.' })
  from?: Date;

  @Field(() => Date, { nullable: true, description: 'Queued before then.' })
  to?: Date;

  @Field(() => String, { nullable: true, description: 'That its sync runs in, as it is now.' })
  pool?: string;

  @Field(() => String, { nullable: true, description: 'Of its sync, as it is now.' })
  destination?: string;
}
