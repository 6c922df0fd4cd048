import { Field, GraphQLISODateTime, ID, InputType, ObjectType } from '@nestjs/graphql';

@InputType()
export class CreateApiKeyInput {
  @Field()
  name!: string;

  @Field(() => GraphQLISODateTime, { nullable: true })
  expiresAt?: Date | null;
}

@ObjectType()
export class CreateApiKeyPayload {
  @Field(() => ID)
  id!: string;

  @Field({ description: 'Shown this once.' })
  key!: string;
}
