import { Field, GraphQLISODateTime, ID, Int, ObjectType } from '@nestjs/graphql';

@ObjectType({ description: 'A mail to a person that was not taken by the mail server so far.' })
export class UnsentMail {
  @Field(() => ID)
  id!: string;

  @Field()
  to!: string;

  @Field({ description: 'invitation, reset, password_changed or has_account.' })
  kind!: string;

  @Field({ description: 'mail.… of the last attempt.' })
  problem!: string;

  @Field(() => Int)
  attempts!: number;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Null when it was given up.' })
  nextAttemptAt!: Date | null;
}
