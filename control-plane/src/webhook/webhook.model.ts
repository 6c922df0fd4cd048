import { Field, GraphQLISODateTime, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { PageInfo } from '../page/page.model.js';

@ObjectType({
  description:
    'Events are posted to it as JSON, signed as Standard Webhooks 1.0.0 says: webhook-id, webhook-timestamp and webhook-signature, HMAC-SHA256 over id.timestamp.body.',
})
export class Webhook {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String)
  url!: string;

  @Field(() => [String], { description: 'The kinds of events that it is told.' })
  kinds!: string[];

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'Since when it is told nothing: a person said so, or it answered 410.',
  })
  disabledAt!: Date | null;
}

@InputType()
export class CreateWebhookInput {
  @Field()
  name!: string;

  @Field({ description: 'Begins with https://.' })
  url!: string;

  @Field(() => [String], {
    description:
      'run.queued, run.started, run.finished, run.waiting, run.parked, run.missed, agent.online, agent.offline, audit.recorded, alert.raised, alert.resolved.',
  })
  kinds!: string[];
}

@ObjectType()
export class WebhookSecretPayload {
  @Field(() => Webhook)
  webhook!: Webhook;

  @Field({
    description: 'whsec_ and base64: what the receiver checks signatures with. Shown this once.',
  })
  secret!: string;
}

@InputType()
export class WebhookInput {
  @Field(() => ID)
  id!: string;
}

@InputType()
export class EnableWebhookInput {
  @Field(() => ID)
  id!: string;

  @Field()
  enabled!: boolean;
}

@ObjectType()
export class WebhookPayload {
  @Field(() => Webhook)
  webhook!: Webhook;
}

@ObjectType()
export class DeliveryAttempt {
  @Field(() => Int)
  number!: number;

  @Field(() => GraphQLISODateTime)
  at!: Date;

  @Field(() => Int)
  durationMs!: number;

  @Field(() => Int, { nullable: true, description: 'The HTTP status that was answered.' })
  status!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Null when it was delivered: webhook.refused (an answer other than 2xx), redirected, gone (410), timed_out, unreachable, unknown_host, bad_certificate, private_address or not_https.',
  })
  problem!: string | null;
}

@ObjectType({ description: 'One event on its way to one webhook.' })
export class Delivery {
  @Field(() => ID, { description: 'Sent as webhook-id, however often.' })
  id!: string;

  @Field(() => ID)
  webhookId!: string;

  @Field(() => String)
  kind!: string;

  @Field(() => String, { description: 'What is posted, as it is signed.' })
  body!: string;

  @Field(() => String, {
    description:
      'waiting, delivered, or dead: ten attempts failed, over about three and a half days.',
  })
  state!: string;

  @Field(() => Int)
  attempts!: number;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'While it waits.' })
  nextAttemptAt!: Date | null;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, { nullable: true })
  settledAt!: Date | null;

  @Field(() => [DeliveryAttempt], { description: 'The last 20, newest first.' })
  tries!: DeliveryAttempt[];
}

@InputType()
export class DeliveryFilter {
  @Field(() => ID, { nullable: true })
  webhookId?: string | null;

  @Field(() => String, { nullable: true, description: 'waiting, delivered or dead.' })
  state?: string | null;
}

@ObjectType()
export class DeliveryEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Delivery)
  node!: Delivery;
}

@ObjectType()
export class DeliveryConnection {
  @Field(() => [DeliveryEdge])
  edges!: DeliveryEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@InputType()
export class ReplayDeliveryInput {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
export class ReplayDeliveryPayload {
  @Field(() => Delivery)
  delivery!: Delivery;
}
