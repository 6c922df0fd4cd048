import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { Pool } from '../agent/pool.model.js';
import { Destination } from '../destination/destination.model.js';

@InputType()
export class PausePoolInput {
  @Field(() => String)
  pool!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Why it is paused, for the others: at most 300 characters. Not for resuming.',
  })
  reason?: string | null;
}

@ObjectType()
export class PausePoolPayload {
  @Field(() => Pool)
  pool!: Pool;
}

@InputType()
export class PauseDestinationInput {
  @Field(() => String)
  destination!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Why it is paused, for the others: at most 300 characters. Not for resuming.',
  })
  reason?: string | null;
}

@ObjectType()
export class PauseDestinationPayload {
  @Field(() => Destination)
  destination!: Destination;
}
