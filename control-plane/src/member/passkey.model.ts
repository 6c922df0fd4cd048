import { Field, GraphQLISODateTime, ID, InputType, ObjectType } from '@nestjs/graphql';

@ObjectType({ description: 'A key that a device of who asks keeps, to sign in with.' })
export class Passkey {
  @Field(() => ID)
  id!: string;

  @Field()
  name!: string;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, { nullable: true })
  lastUsedAt!: Date | null;
}

@InputType()
export class DeletePasskeyInput {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
export class DeletePasskeyPayload {
  @Field(() => Passkey)
  passkey!: Passkey;
}
