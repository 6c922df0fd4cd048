import { Field, ID, ObjectType } from '@nestjs/graphql';
import { connectionTo } from '../page/connection.js';

/** A connection to a system that is written. */
@ObjectType()
export class Destination {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'A connector of the agents of its pool.' })
  type!: string;

  @Field(() => String)
  pool!: string;

  @Field(() => String, { description: 'As YAML: what stands under its name in a file.' })
  definition!: string;

  @Field(() => String, {
    description: 'Of its definition. Who changes it says by this which one was looked at.',
  })
  digest!: string;

  @Field(() => Date, {
    nullable: true,
    description: 'Since when no run to it begins: somebody paused it.',
  })
  pausedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why, as who paused it wrote.' })
  pauseReason!: string | null;
}

export const DestinationConnection = connectionTo(Destination);
