import { Field, GraphQLISODateTime, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { connectionTo } from '../page/connection.js';

/** One process in the customer's network. */
@ObjectType()
export class Agent {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  pool!: string;

  @Field(() => String, { nullable: true })
  version!: string | null;

  @Field(() => Boolean, { description: 'Connected, and heard of a moment ago.' })
  online!: boolean;

  @Field(() => Int)
  slots!: number;

  @Field(() => Int)
  freeSlots!: number;

  @Field(() => GraphQLISODateTime, { nullable: true })
  lastSeenAt!: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  revokedAt!: Date | null;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'When its key became the present one; null for the one that it enrolled with.',
  })
  rotatedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'SHA-256 of its policy file, in hex; null without one: then it does whatever it is told.',
  })
  policyDigest!: string | null;

  @Field(() => Boolean, {
    description: 'It was asked for a new key and has not signed with it yet.',
  })
  rotating!: boolean;
}

@InputType()
export class RotateAgentInput {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
export class RotateAgentPayload {
  @Field(() => Agent)
  agent!: Agent;
}

@InputType()
export class RevokeAgentInput {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
export class RevokeAgentPayload {
  @Field(() => Agent)
  agent!: Agent;
}

export const AgentConnection = connectionTo(Agent);
