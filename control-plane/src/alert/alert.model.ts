import { Field, GraphQLISODateTime, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { PageInfo } from '../page/page.model.js';

@ObjectType({ description: 'A rule that holds, or held, for a sync or an agent.' })
export class Alert {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'The name of its rule.' })
  rule!: string;

  @Field(() => String, {
    description:
      'failed, rejected, duration, missed, volume, no_success, agent_offline or waiting.',
  })
  kind!: string;

  @Field(() => String, { description: 'critical, error, warning or info.' })
  severity!: string;

  @Field(() => String, { description: 'open or resolved.' })
  state!: string;

  @Field(() => String, { description: 'One line.' })
  title!: string;

  @Field(() => String, { description: 'What was seen, and what to do.' })
  text!: string;

  @Field(() => String, { nullable: true })
  sync!: string | null;

  @Field(() => ID, { nullable: true })
  agent!: string | null;

  @Field(() => String, { nullable: true, description: 'Of the agent.' })
  pool!: string | null;

  @Field(() => ID, { nullable: true, description: 'The run that was last seen to raise it.' })
  run!: string | null;

  @Field(() => Int, { description: 'How often it was seen while it is open.' })
  times!: number;

  @Field(() => Boolean, {
    description:
      'It came so often within an hour that it stays open until it has kept quiet for half an hour.',
  })
  flapping!: boolean;

  @Field(() => GraphQLISODateTime)
  raisedAt!: Date;

  @Field(() => GraphQLISODateTime)
  seenAt!: Date;

  @Field(() => GraphQLISODateTime, { nullable: true })
  resolvedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'recovered, or withdrawn: its rule, its sync or its agent is not there any more.',
  })
  resolution!: string | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  snoozedUntil!: Date | null;

  @Field(() => Boolean, { description: 'Nobody is told of this rule for what it is about.' })
  muted!: boolean;
}

@InputType()
export class AlertFilter {
  @Field(() => String, { nullable: true, description: 'open or resolved.' })
  state?: string | null;

  @Field(() => String, { nullable: true })
  sync?: string | null;

  @Field(() => String, { nullable: true })
  kind?: string | null;

  @Field(() => String, { nullable: true })
  rule?: string | null;
}

@ObjectType()
export class AlertEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Alert)
  node!: Alert;
}

@ObjectType()
export class AlertConnection {
  @Field(() => [AlertEdge])
  edges!: AlertEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType({
  description: "When somebody is told: the product's own, and what the configuration says.",
})
export class AlertRule {
  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'As of an alert.' })
  kind!: string;

  @Field(() => String)
  severity!: string;

  @Field(() => String, { description: 'The condition in words.' })
  text!: string;

  @Field(() => [String], { description: 'Empty: for all of them.' })
  syncs!: string[];

  @Field(() => [String], { description: 'Empty: all of them are told.' })
  channels!: string[];

  @Field(() => Boolean, { description: 'Nobody wrote it; `alerts:` may replace it by its name.' })
  builtIn!: boolean;
}

@InputType()
export class AlertInput {
  @Field(() => ID)
  id!: string;
}

@InputType()
export class SnoozeAlertInput {
  @Field(() => ID)
  id!: string;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'At most 31 days ahead. Null ends the snooze.',
  })
  until!: Date | null;
}

@ObjectType()
export class AlertPayload {
  @Field(() => Alert)
  alert!: Alert;
}
