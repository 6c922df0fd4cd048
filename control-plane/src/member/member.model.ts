import { Field, GraphQLISODateTime, ID, InputType, ObjectType } from '@nestjs/graphql';

@ObjectType({ description: 'A person of the workspace.' })
export class Member {
  @Field(() => ID)
  id!: string;

  @Field()
  name!: string;

  @Field()
  email!: string;

  @Field({ description: 'owner, admin, editor, operator or viewer.' })
  role!: string;

  @Field({ description: 'Whether signing in by password wants a code of an app as well.' })
  hasTotp!: boolean;

  @Field({ description: 'Whether it is who asks.' })
  isViewer!: boolean;

  @Field(() => GraphQLISODateTime)
  joinedAt!: Date;
}

@ObjectType({ description: 'Who may become a member, and has not yet.' })
export class Invitation {
  @Field(() => ID)
  id!: string;

  @Field()
  email!: string;

  @Field({ description: 'owner, admin, editor, operator or viewer.' })
  role!: string;

  @Field({ description: 'The name of who did, as it was then.' })
  invitedBy!: string;

  @Field(() => GraphQLISODateTime)
  sentAt!: Date;

  @Field(() => GraphQLISODateTime, { description: 'A week after it was sent.' })
  expiresAt!: Date;
}

@InputType()
export class InviteMemberInput {
  @Field()
  email!: string;

  @Field({ description: 'owner, admin, editor, operator or viewer; at most your own.' })
  role!: string;
}

@ObjectType()
export class InviteMemberPayload {
  @Field(() => Invitation)
  invitation!: Invitation;
}

@InputType()
export class RevokeInvitationInput {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
export class RevokeInvitationPayload {
  @Field(() => Invitation)
  invitation!: Invitation;
}

@InputType()
export class ChangeMemberRoleInput {
  @Field(() => ID)
  id!: string;

  @Field({ description: 'owner, admin, editor, operator or viewer; at most your own.' })
  role!: string;
}

@ObjectType()
export class ChangeMemberRolePayload {
  @Field(() => Member)
  member!: Member;
}

@InputType()
export class RemoveMemberInput {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
export class RemoveMemberPayload {
  @Field(() => Member)
  member!: Member;

  @Field(() => [String], { description: 'Names of the API keys of theirs that ended with it.' })
  endedKeys!: string[];
}
