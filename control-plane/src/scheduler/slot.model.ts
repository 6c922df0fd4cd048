import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { PageInfo } from '../page/page.model.js';

@ObjectType({
  description: 'A time at which a schedule wanted a run, and what became of it. Kept for a week.',
})
export class Slot {
  @Field(() => Date)
  at!: Date;

  @Field(() => Int, {
    description: 'How many slots it stands for: itself and the next ones, counted to 100.',
  })
  slots!: number;

  @Field(() => String, {
    description: 'waiting, started, skipped (a run stood in its way) or passed (it was too late).',
  })
  outcome!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Why no run of it began in time, such as agent.offline; null when one did.',
  })
  reason!: string | null;

  @Field(() => String, { nullable: true, description: 'The reason in words.' })
  why!: string | null;

  @Field(() => Boolean, { description: 'No run of it began in time, though one should have.' })
  isMissed!: boolean;

  @Field(() => ID, { nullable: true, description: 'The run that it got.' })
  runId!: string | null;

  @Field(() => String, { nullable: true, description: 'Of that run; null once it is forgotten.' })
  runState!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Of a sync that runs after another one: the run whose end this is.',
  })
  upstreamRunId!: string | null;
}

@ObjectType()
export class SlotEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Slot)
  node!: Slot;
}

@ObjectType()
export class SlotConnection {
  @Field(() => [SlotEdge])
  edges!: SlotEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
