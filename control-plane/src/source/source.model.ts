import { Field, ID, ObjectType } from '@nestjs/graphql';

/** A connection to a warehouse or database that is read. */
@ObjectType()
export class Source {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'A connector of the agents of its pool.' })
  type!: string;

  @Field(() => String)
  pool!: string;
}
