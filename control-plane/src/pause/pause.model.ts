import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { Pool } from '../agent/pool.model.js';
import { Destination } from '../destination/destination.model.js';

@InputType()
export class PausePoolInput {
  @Field(() => String)
  pool!: string;
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
}

@ObjectType()
export class PauseDestinationPayload {
  @Field(() => Destination)
  destination!: Destination;
}
