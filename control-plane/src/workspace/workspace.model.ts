import { Field, ID, ObjectType } from '@nestjs/graphql';

@ObjectType({ description: 'A tenant. Everything else belongs to exactly one.' })
export class Workspace {
  @Field(() => ID)
  id!: string;

  @Field()
  name!: string;
}
