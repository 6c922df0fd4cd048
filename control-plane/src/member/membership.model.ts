import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { Workspace } from '../workspace/workspace.model.js';

@ObjectType({ description: 'A workspace of who asks.' })
export class Membership {
  @Field(() => Workspace)
  workspace!: Workspace;

  @Field({ description: 'What they are there: owner, admin, editor, operator or viewer.' })
  role!: string;

  @Field({ description: 'Whether it is the one that all other fields speak of.' })
  isCurrent!: boolean;
}

@InputType()
export class CreateWorkspaceInput {
  @Field()
  name!: string;
}

@ObjectType()
export class CreateWorkspacePayload {
  @Field(() => Workspace)
  workspace!: Workspace;
}

@InputType()
export class SwitchWorkspaceInput {
  @Field(() => ID)
  workspaceId!: string;
}

@ObjectType()
export class SwitchWorkspacePayload {
  @Field(() => Workspace)
  workspace!: Workspace;
}

@InputType()
export class LeaveWorkspaceInput {
  @Field(() => ID, { description: 'The one that the session is in.' })
  workspaceId!: string;
}

@ObjectType()
export class LeaveWorkspacePayload {
  @Field(() => ID)
  workspaceId!: string;
}
