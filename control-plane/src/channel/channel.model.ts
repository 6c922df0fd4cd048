import { Field, GraphQLISODateTime, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { PageInfo } from '../page/page.model.js';

@ObjectType({ description: 'Who is told: a webhook of events, or people of alerts.' })
export class Channel {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'What alerts call it by.' })
  name!: string;

  @Field(() => String, { description: 'webhook, slack, pagerduty or email.' })
  kind!: string;

  @Field(() => String, {
    description:
      'Of a webhook where it is posted to, of Slack and PagerDuty the host alone, of e-mail the addresses.',
  })
  address!: string;

  @Field(() => [String], { description: 'The kinds of events that it is told.' })
  kinds!: string[];

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'Since when it is told nothing: a person said so, or it answered that it is gone.',
  })
  disabledAt!: Date | null;
}

@InputType({
  description:
    'Posted to as JSON, signed as Standard Webhooks 1.0.0 says: webhook-id, webhook-timestamp and webhook-signature, HMAC-SHA256 over id.timestamp.body.',
})
export class WebhookSettings {
  @Field({ description: 'Begins with https://.' })
  url!: string;

  @Field(() => [String], {
    description:
      'run.queued, run.started, run.finished, run.waiting, run.parked, run.missed, agent.online, agent.offline, audit.recorded, alert.raised, alert.resolved.',
  })
  kinds!: string[];
}

@InputType()
export class SlackSettings {
  @Field({
    description:
      'Of an incoming webhook, https://hooks.slack.com/services/…: who has it can post. Kept sealed and never shown again.',
  })
  url!: string;
}

@InputType()
export class PagerDutySettings {
  @Field({
    description:
      'The integration key of an Events API v2 integration. Kept sealed and never shown again.',
  })
  routingKey!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'https://events.pagerduty.com/v2/enqueue unless said; https://events.eu.pagerduty.com/v2/enqueue for accounts in Europe.',
  })
  url?: string | null;
}

@InputType()
export class EmailSettings {
  @Field(() => [String], { description: '1 to 20 addresses; each gets a mail of its own.' })
  to!: string[];
}

@InputType()
export class ChannelSettingsInput {
  @Field(() => WebhookSettings, { nullable: true })
  webhook?: WebhookSettings | null;

  @Field(() => SlackSettings, { nullable: true })
  slack?: SlackSettings | null;

  @Field(() => PagerDutySettings, { nullable: true })
  pagerDuty?: PagerDutySettings | null;

  @Field(() => EmailSettings, { nullable: true })
  email?: EmailSettings | null;
}

@InputType({ description: 'With one of webhook, slack, pagerDuty and email.' })
export class CreateChannelInput extends ChannelSettingsInput {
  @Field()
  name!: string;
}

@InputType({ description: 'What is left out stays. A channel stays of its kind.' })
export class UpdateChannelInput extends ChannelSettingsInput {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true })
  name?: string | null;
}

@ObjectType()
export class ChannelSecretPayload {
  @Field(() => Channel)
  channel!: Channel;

  @Field(() => String, {
    nullable: true,
    description:
      'Of a webhook: whsec_ and base64, what the receiver checks signatures with. Shown this once.',
  })
  secret!: string | null;
}

@InputType()
export class ChannelInput {
  @Field(() => ID)
  id!: string;
}

@InputType()
export class EnableChannelInput {
  @Field(() => ID)
  id!: string;

  @Field()
  enabled!: boolean;
}

@ObjectType()
export class ChannelPayload {
  @Field(() => Channel)
  channel!: Channel;
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
      'Null when it was delivered: channel.refused (an answer other than 2xx), redirected, gone (410, and 404 of Slack), timed_out, unreachable, unknown_host, bad_certificate, private_address, not_https, sealed_otherwise (DRAWBRIDGE_SECRET was changed); or mail.….',
  })
  problem!: string | null;
}

@ObjectType({ description: 'One event on its way to one channel.' })
export class Delivery {
  @Field(() => ID, { description: 'Sent to webhooks as webhook-id, however often.' })
  id!: string;

  @Field(() => ID)
  channelId!: string;

  @Field(() => String, { description: 'Of the event; channel.test of a test.' })
  kind!: string;

  @Field(() => String, { nullable: true, description: 'Of a mail.' })
  recipient!: string | null;

  @Field(() => String, { description: 'What is sent, without any secret.' })
  body!: string;

  @Field(() => String, {
    description:
      'waiting, delivered, or dead: it can not be, or ten attempts failed, over about three and a half days.',
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
  channelId?: string | null;

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
export class DeliveriesPayload {
  @Field(() => [Delivery])
  deliveries!: Delivery[];
}

@ObjectType()
export class ReplayDeliveryPayload {
  @Field(() => Delivery)
  delivery!: Delivery;
}
