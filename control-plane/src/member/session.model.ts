import { Field, GraphQLISODateTime, ID, InputType, Int, ObjectType } from '@nestjs/graphql';

@ObjectType({ description: 'A browser in which who asks is signed in.' })
export class Session {
  @Field(() => ID)
  id!: string;

  @Field({ description: 'Whether it is the one that asks.' })
  isCurrent!: boolean;

  @Field(() => String, { nullable: true, description: 'Where it signed in from.' })
  address!: string | null;

  @Field(() => String, { nullable: true })
  userAgent!: string | null;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, { description: 'To the day.' })
  lastUsedAt!: Date;

  @Field(() => GraphQLISODateTime, { description: 'Unless it is used until then.' })
  expiresAt!: Date;
}

@InputType()
export class RevokeSessionInput {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
export class RevokeSessionPayload {
  @Field(() => Session)
  session!: Session;
}

@ObjectType()
export class RevokeOtherSessionsPayload {
  @Field(() => Int)
  revoked!: number;
}
