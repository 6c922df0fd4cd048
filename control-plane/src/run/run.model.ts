import { Field, Float, ID, Int, ObjectType } from '@nestjs/graphql';
import { PageInfo } from '../page/page.model.js';

@ObjectType({
  description:
    'queried = unchanged + added + changed + invalid; added + changed + removed = sent + skipped + rejected + withheld + pending + uncertain.',
})
export class Counts {
  @Field(() => Float)
  queried!: number;

  @Field(() => Float)
  unchanged!: number;

  @Field(() => Float)
  added!: number;

  @Field(() => Float)
  changed!: number;

  @Field(() => Float)
  removed!: number;

  @Field(() => Float)
  invalid!: number;

  @Field(() => Float)
  sent!: number;

  @Field(() => Float)
  skipped!: number;

  @Field(() => Float)
  rejected!: number;

  @Field(() => Float)
  withheld!: number;

  @Field(() => Float)
  pending!: number;

  @Field(() => Float)
  uncertain!: number;
}

@ObjectType()
export class Phases {
  @Field(() => Float)
  queryMs!: number;

  @Field(() => Float)
  snapshotMs!: number;

  @Field(() => Float)
  diffMs!: number;

  @Field(() => Float)
  planMs!: number;

  @Field(() => Float)
  deliverMs!: number;

  @Field(() => Float)
  recordMs!: number;
}

@ObjectType({ description: "The text of the error is in the customer's bucket under errorId." })
export class RunError {
  @Field(() => String)
  code!: string;

  @Field(() => String)
  vendorCode!: string;

  @Field(() => Float)
  count!: number;

  @Field(() => String)
  errorId!: string;

  @Field(() => String, { nullable: true })
  title!: string | null;

  @Field(() => String, { nullable: true, description: 'What a person can do about it.' })
  advice!: string | null;
}

@ObjectType({ description: "Where the baseline rests in the customer's bucket." })
export class Baseline {
  @Field(() => Float)
  generation!: number;

  @Field(() => String)
  key!: string;

  @Field(() => String)
  sha256!: string;

  @Field(() => Float)
  rows!: number;

  @Field(() => Float)
  bytes!: number;
}

@ObjectType({ description: 'What a run does differently from an ordinary one.' })
export class RunOptions {
  @Field(() => Boolean)
  full!: boolean;

  @Field(() => Boolean)
  rebaseline!: boolean;

  @Field(() => Boolean)
  verify!: boolean;

  @Field(() => Int, { nullable: true, description: 'At most so many operations are sent.' })
  canary!: number | null;

  @Field(() => Boolean)
  onlyRejected!: boolean;

  @Field(() => ID, { nullable: true, description: 'The run whose effect is taken back.' })
  undo!: string | null;

  @Field(() => Boolean)
  acceptTypes!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "backfill or from-now-on, instead of the sync's own mappingChange.",
  })
  mappingChange!: string | null;
}

@ObjectType({ description: 'An agent that took a run and fell silent until its lease ran out.' })
export class RunLapse {
  @Field(() => ID)
  agent!: string;

  @Field(() => Date)
  leasedAt!: Date;

  @Field(() => Date, { description: 'When the lease ran out.' })
  lapsedAt!: Date;
}

@ObjectType({ description: 'Who let a plan go that a guard had held.' })
export class RunApproval {
  @Field(() => String, { description: 'Name of the person, or of the API key.' })
  by!: string;

  @Field(() => String)
  planDigest!: string;

  @Field(() => Date)
  createdAt!: Date;
}

/** One execution of a sync. */
@ObjectType()
export class Run {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  sync!: string;

  @Field(() => Int)
  version!: number;

  @Field(() => String, {
    description:
      'queued, leased, running, waiting_approval, parked, succeeded, completed_with_errors, failed or cancelled.',
  })
  state!: string;

  @Field(() => String, { description: 'schedule, api or ui.' })
  trigger!: string;

  @Field(() => ID, { nullable: true })
  agent!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'query, snapshot, diff, plan, deliver or record.',
  })
  phase!: string | null;

  @Field(() => Boolean)
  dryRun!: boolean;

  @Field(() => RunOptions)
  options!: RunOptions;

  @Field(() => Counts)
  counts!: Counts;

  @Field(() => Phases)
  phases!: Phases;

  @Field(() => Float, { description: 'Operations that the run will send; 0 until planned.' })
  planned!: number;

  @Field(() => Float, { nullable: true, description: 'While it is under way.' })
  rowsPerSecond!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Until its end, as far as its agent can tell.',
  })
  remainingMs!: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'SHA-256 of the plan that waits for approval, or that the run went by.',
  })
  planDigest!: string | null;

  @Field(() => [String], {
    description: 'The guards that asked for approval: added, changed, removed.',
  })
  heldBy!: string[];

  @Field(() => String, {
    nullable: true,
    description:
      'pool or destination: while it is queued and may not begin, what somebody has to resume.',
  })
  pausedBy!: string | null;

  @Field(() => Date, {
    nullable: true,
    description: 'Since when its plan waits for approval, or it is parked.',
  })
  waitingSince!: Date | null;

  @Field(() => [RunLapse], {
    description: 'Agents that fell silent with it, oldest first. After the fourth it is parked.',
  })
  lapses!: RunLapse[];

  @Field(() => Float, {
    description: 'Operations that an earlier attempt of this run had brought to an end.',
  })
  resumed!: number;

  @Field(() => String, {
    nullable: true,
    description: 'SHA-256 of the policy file that its agent was under, in hex; null without one.',
  })
  policyDigest!: string | null;

  @Field(() => Float, { description: 'Unchanged rows that were sent because the mapping changed.' })
  resentForMapping!: number;

  @Field(() => Baseline, { nullable: true })
  baseline!: Baseline | null;

  @Field(() => Float, { nullable: true, description: "The agent's memory at its highest." })
  peakBytes!: number | null;

  @Field(() => Float, { nullable: true, description: 'Written to the bucket.' })
  bucketBytes!: number | null;

  @Field(() => Date, { nullable: true, description: 'When somebody asked for its end.' })
  cancelRequestedAt!: Date | null;

  @Field(() => Date)
  createdAt!: Date;

  @Field(() => Date, { nullable: true })
  startedAt!: Date | null;

  @Field(() => Date, { nullable: true })
  finishedAt!: Date | null;
}

@ObjectType()
export class RunEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Run)
  node!: Run;
}

@ObjectType()
export class RunConnection {
  @Field(() => [RunEdge])
  edges!: RunEdge[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
