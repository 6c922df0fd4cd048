import { Field, Float, ID, InputType, ObjectType } from '@nestjs/graphql';
import { PageInfo } from '../page/page.model.js';

@ObjectType({ description: 'Who did it: a user, a key, an agent, or the system itself.' })
export class AuditActor {
  @Field(() => String)
  kind!: string;

  @Field(() => ID, { nullable: true })
  id!: string | null;

  @Field(() => String)
  name!: string;
}

@ObjectType()
export class AuditSubject {
  @Field(() => String)
  kind!: string;

  @Field(() => ID, { nullable: true })
  id!: string | null;

  @Field(() => String, { nullable: true })
  name!: string | null;
}

@ObjectType({ description: 'One deed. Its hash chains it to the entry before, by SHA-256.' })
export class AuditEntry {
  @Field(() => ID)
  id!: string;

  @Field(() => ID)
  workspaceId!: string;

  @Field(() => Float, { description: 'From 1 on, without a gap.' })
  sequence!: number;

  @Field(() => String)
  createdAt!: string;

  @Field(() => AuditActor)
  actor!: AuditActor;

  @Field(() => String)
  action!: string;

  @Field(() => AuditSubject)
  subject!: AuditSubject;

  @Field(() => String, { nullable: true, description: 'Canonical JSON.' })
  before!: string | null;

  @Field(() => String, { nullable: true, description: 'Canonical JSON.' })
  after!: string | null;

  @Field(() => String, { nullable: true })
  address!: string | null;

  @Field(() => String, { nullable: true })
  userAgent!: string | null;

  @Field(() => String, { description: 'Hash of the entry before, hex; zeros at the first.' })
  previous!: string;

  @Field(() => String)
  hash!: string;
}

@InputType()
export class AuditFilter {
  @Field(() => String, { nullable: true, description: 'Such as sync.pause.' })
  action?: string;

  @Field(() => String, { nullable: true, description: 'Name of the person or of the API key.' })
  actor?: string;

  @Field(() => String, { nullable: true })
  subject?: string;

  @Field(() => Date, { nullable: true })
  from?: Date;

  @Field(() => Date, { nullable: true })
  to?: Date;
}

@ObjectType()
export class AuditEntryEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => AuditEntry)
  node!: AuditEntry;
}

@ObjectType()
export class AuditEntryConnection {
  @Field(() => [AuditEntryEdge])
  edges!: AuditEntryEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
