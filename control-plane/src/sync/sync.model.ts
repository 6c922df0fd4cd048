import { Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Destination } from '../destination/destination.model.js';
import { Model } from '../model/model.model.js';
import { PageInfo } from '../page/page.model.js';

@ObjectType({ description: 'cron with its time zone, or every, or after, or manual.' })
export class Schedule {
  @Field(() => String, {
    nullable: true,
    deprecationReason: 'The first of several. Read crons.',
  })
  cron?: string;

  @Field(() => [String], { nullable: true, description: 'Lines of cron: a slot of any of them.' })
  crons?: string[];

  @Field(() => String, { nullable: true })
  timezone?: string;

  @Field(() => String, { nullable: true })
  every?: string;

  @Field(() => String, {
    nullable: true,
    description: 'All slots of a sync come later by the same part of this.',
  })
  jitter?: string;

  @Field(() => [String], {
    nullable: true,
    description: 'It starts nothing outside of all of these, such as Mon-Fri 08:00-18:00.',
  })
  within?: string[];

  @Field(() => [String], { nullable: true, description: 'It starts nothing in any of these.' })
  except?: string[];

  @Field(() => String, {
    nullable: true,
    description: 'The sync after whose runs it starts.',
  })
  after?: string;

  @Field(() => String, {
    nullable: true,
    description: 'After which of them: success, always, or at most 5% rejected.',
  })
  when?: string;

  @Field(() => Boolean)
  manual!: boolean;
}

@ObjectType({
  description: 'kind: column, constant, lookup, metadata or template; text: which one.',
})
export class FieldMapping {
  @Field(() => String)
  field!: string;

  @Field(() => String)
  kind!: string;

  @Field(() => String)
  text!: string;

  @Field(() => String, { description: 'send, omit, skip-row or default.' })
  nulls!: string;
}

@ObjectType()
export class KeyField {
  @Field(() => String)
  field!: string;

  @Field(() => String)
  column!: string;
}

@ObjectType({
  description: 'Trips when a count is over rows and over percent of the baseline.',
})
export class SyncGuard {
  @Field(() => String, { description: 'What it counts: added, changed or removed.' })
  name!: string;

  @Field(() => Float)
  rows!: number;

  @Field(() => Float)
  percent!: number;

  @Field(() => String, { description: 'stop, withhold or approve.' })
  action!: string;
}

/** Model + destination object + mode + mapping + schedule + guards. */
@ObjectType()
export class Sync {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => Int)
  version!: number;

  @Field(() => Model)
  model!: Model;

  @Field(() => Destination)
  destination!: Destination;

  @Field(() => String)
  object!: string;

  @Field(() => String)
  mode!: string;

  @Field(() => String)
  onRemoved!: string;

  @Field(() => [KeyField])
  key!: KeyField[];

  @Field(() => [FieldMapping])
  fields!: FieldMapping[];

  @Field(() => Schedule)
  schedule!: Schedule;

  @Field(() => [SyncGuard], { description: 'Judged before anything is sent.' })
  guards!: SyncGuard[];

  @Field(() => String, {
    description: 'What a query without rows does, where the baseline has some: stop or allow.',
  })
  emptyResult!: string;

  @Field(() => String, {
    description: 'send, baseline, or default: as the destination does by itself.',
  })
  firstRun!: string;

  @Field(() => String, {
    description: 'What becomes of what can not be sent twice and got no answer: hold or resend.',
  })
  uncertain!: string;

  @Field(() => String, { description: 'What rests in the bucket: full or hashed.' })
  snapshots!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Refusals of a row until it is set aside; null: it is tried in every run.',
  })
  quarantineAfter!: number | null;

  @Field(() => String, {
    description:
      'What a new mapping does to rows that did not change: backfill, from-now-on, stop.',
  })
  mappingChange!: string;

  @Field(() => String, { description: 'In the queue of its pool: high, normal or low.' })
  priority!: string;

  @Field(() => String, { description: 'As YAML: what stands under its name in a file.' })
  definition!: string;

  @Field(() => String, {
    description: 'Of its definition. Who changes it says by this which one was looked at.',
  })
  digest!: string;

  @Field(() => Date, { nullable: true })
  nextRunAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'Since when its schedule starts no run: somebody paused it, or a canary left rows to send.',
  })
  pausedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why, as who paused it wrote; null where a canary did.',
  })
  pauseReason!: string | null;
}

@InputType()
export class PauseSyncInput {
  @Field(() => String)
  sync!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Why it is paused, for the others: at most 300 characters. Not for resuming.',
  })
  reason?: string | null;
}

@ObjectType()
export class PauseSyncPayload {
  @Field(() => Sync)
  sync!: Sync;
}

@ObjectType()
export class SyncEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Sync)
  node!: Sync;
}

@ObjectType()
export class SyncConnection {
  @Field(() => [SyncEdge])
  edges!: SyncEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
