import { Field, InputType, ObjectType } from '@nestjs/graphql';

@ObjectType({
  description: 'Where members sign in, by OpenID Connect. It opens this workspace alone.',
})
export class IdentityProvider {
  @Field()
  issuer!: string;

  @Field()
  clientId!: string;

  @Field({ description: 'What the provider must be told to lead people back to.' })
  callbackUrl!: string;
}

@InputType()
export class SetIdentityProviderInput {
  @Field({ description: 'An address whose /.well-known/openid-configuration says the rest.' })
  issuer!: string;

  @Field()
  clientId!: string;

  @Field({ description: 'It is not shown again.' })
  clientSecret!: string;
}

@ObjectType()
export class SetIdentityProviderPayload {
  @Field(() => IdentityProvider)
  identityProvider!: IdentityProvider;
}

@ObjectType()
export class RemoveIdentityProviderPayload {
  @Field(() => IdentityProvider)
  identityProvider!: IdentityProvider;
}
