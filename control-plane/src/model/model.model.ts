import { Field, ID, ObjectType } from '@nestjs/graphql';
import { connectionTo } from '../page/connection.js';

/** A query or table on a source, with its primary key. */
@ObjectType()
export class Model {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String)
  source!: string;

  @Field(() => [String])
  primaryKey!: string[];

  @Field(() => String, {
    description: 'What becomes of copies of a key: invalid, first or fail.',
  })
  duplicates!: string;

  @Field(() => String, { nullable: true })
  sql!: string | null;

  @Field(() => String, { nullable: true })
  table!: string | null;

  @Field(() => String, { description: 'As YAML: what stands under its name in a file.' })
  definition!: string;

  @Field(() => String, {
    description: 'Of its definition. Who changes it says by this which one was looked at.',
  })
  digest!: string;
}

export const ModelConnection = connectionTo(Model);
