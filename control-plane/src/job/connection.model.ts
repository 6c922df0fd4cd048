import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { RunError } from '../run/run.model.js';

/** Which connection is meant. */
export interface ConnectionInput {
  source?: string;
  destination?: string;
}

@InputType({ description: 'The name of a source or of a destination.' })
export class CheckConnectionInput implements ConnectionInput {
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

@InputType({ description: 'The name of a source or of a destination, and where in it to look.' })
export class DiscoverConnectionInput implements ConnectionInput {
  @Field(() => String, { nullable: true })
  source?: string;

  @Field(() => String, { nullable: true })
  destination?: string;

  @Field(() => [String], {
    defaultValue: [],
    description: 'Names that were given before, one inside the other; none for the outermost.',
  })
  path!: string[];
}

@ObjectType({ description: 'Something in a source or destination that a configuration can name.' })
export class DiscoveredEntry {
  @Field(() => String, { description: 'As the configuration writes it.' })
  name!: string;

  @Field(() => String, { nullable: true, description: "The system's own name for people." })
  label!: string | null;

  @Field(() => String, {
    description: 'database, schema, table, view, object, column, field, channel or key.',
  })
  kind!: string;

  @Field(() => String, {
    nullable: true,
    description: "Of a column or field, in the system's words.",
  })
  type!: string | null;

  @Field(() => Boolean, { description: 'A new record can not be without it.' })
  isRequired!: boolean;

  @Field(() => Boolean, { description: 'Records can be found by it.' })
  isKey!: boolean;
}

@ObjectType()
export class DiscoverConnectionPayload {
  @Field(() => [DiscoveredEntry])
  entries!: DiscoveredEntry[];

  @Field(() => Boolean, { description: 'There are more than these.' })
  isCutOff!: boolean;

  @Field(() => RunError, { nullable: true })
  failure!: RunError | null;
}
