import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { RunError } from '../run/run.model.js';

@InputType({ description: 'The name of a source or of a destination.' })
export class CheckConnectionInput {
  @Field(() => String, { nullable: true })
  source?: string;

  @Field(() => String, { nullable: true })
  destination?: string;
}

@ObjectType()
export class CheckConnectionPayload {
  @Field(() => Boolean)
  ok!: boolean;

  @Field(() => RunError, { nullable: true })
  failure!: RunError | null;
}
