import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { PageArgs } from '../page/page-args.js';
import type { Page } from '../page/page.js';
import { Allow } from './allow.js';
import {
  ApiKey,
  ApiKeyConnection,
  CreateApiKeyInput,
  CreateApiKeyPayload,
  RevokeApiKeyInput,
  RevokeApiKeyPayload,
} from './api-key.model.js';
import { ApiKeyService } from './api-key.service.js';
import { CurrentCaller, type Caller } from './caller.js';
import { Viewer } from './viewer.model.js';

@Resolver()
export class AuthResolver {
  constructor(private readonly keys: ApiKeyService) {}

  @Allow('viewer.read')
  @Query(() => Viewer)
  viewer(@CurrentCaller() { name, email, role, hasTotp = false }: Caller): Viewer {
    return { name, email, role, hasTotp };
  }

  @Allow('key.read')
  @Query(() => ApiKeyConnection, { description: 'By name.' })
  apiKeys(@CurrentCaller() caller: Caller, @Args() page: PageArgs): Promise<Page<ApiKey>> {
    return this.keys.page(caller, page);
  }

  @Allow('key.create')
  @Mutation(() => CreateApiKeyPayload)
  createApiKey(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => CreateApiKeyInput }) input: CreateApiKeyInput,
  ): Promise<CreateApiKeyPayload> {
    return this.keys.create(caller, input);
  }

  @Allow('key.revoke')
  @Mutation(() => RevokeApiKeyPayload, { description: 'At once and for good.' })
  async revokeApiKey(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => RevokeApiKeyInput }) input: RevokeApiKeyInput,
  ): Promise<RevokeApiKeyPayload> {
    return { apiKey: await this.keys.revoke(caller, input.id) };
  }
}
