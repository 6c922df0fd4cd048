import { Field, GraphQLISODateTime, ID, InputType, ObjectType } from '@nestjs/graphql';
import { connectionTo } from '../page/connection.js';

/** A named group of identical agents. Its agents are resolved when asked for. */
@ObjectType()
export class Pool {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'Since when its agents are given nothing: somebody paused it.',
  })
  pausedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why, as who paused it wrote.' })
  pauseReason!: string | null;
}

@InputType()
export class CreateEnrollmentTokenInput {
  @Field(() => String, { description: 'Made when there is none of that name.' })
  pool!: string;
}

@ObjectType()
export class CreateEnrollmentTokenPayload {
  @Field(() => String, { description: 'Shown this once. Enrols one agent.' })
  token!: string;

  @Field(() => String)
  pool!: string;

  @Field(() => GraphQLISODateTime)
  expiresAt!: Date;
}

export const PoolConnection = connectionTo(Pool);
