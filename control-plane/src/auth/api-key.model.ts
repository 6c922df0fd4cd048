import { Field, GraphQLISODateTime, ID, InputType, ObjectType } from '@nestjs/graphql';
import { connectionTo } from '../page/connection.js';

@ObjectType({ description: 'The key itself is shown once, when it is made.' })
export class ApiKey {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field({ description: 'owner, admin, editor, operator or viewer.' })
  role!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'What the key begins with, 8 characters: tells keys apart and opens nothing. Null for one that was made before these were kept.',
  })
  prefix!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the person who made it, or whose key did; null of the setup command.',
  })
  madeBy!: string | null;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'To the minute.' })
  lastUsedAt!: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Without one it never ends.' })
  expiresAt!: Date | null;
}

@InputType()
export class CreateApiKeyInput {
  @Field()
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: 'owner, admin, editor, operator or viewer; the maker’s own when left out.',
  })
  role?: string | null;

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

@InputType()
export class RevokeApiKeyInput {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
export class RevokeApiKeyPayload {
  @Field(() => ApiKey)
  apiKey!: ApiKey;
}

export const ApiKeyConnection = connectionTo(ApiKey);
