import { ArgsType, Field, Int } from '@nestjs/graphql';

/** What every list takes. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, description: 'From 1 to 100; 20 unless said.' })
  first?: number;

  @Field(() => String, {
    nullable: true,
    description: 'An endCursor or cursor of an earlier page.',
  })
  after?: string;
}
