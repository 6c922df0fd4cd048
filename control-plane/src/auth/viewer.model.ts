import { Field, ObjectType } from '@nestjs/graphql';

@ObjectType({ description: 'Who is signed in.' })
export class Viewer {
  @Field()
  name!: string;

  @Field(() => String, { nullable: true })
  email!: string | null;

  @Field()
  role!: string;

  @Field({ description: 'Whether signing in by password wants a code of an app as well.' })
  hasTotp!: boolean;
}
