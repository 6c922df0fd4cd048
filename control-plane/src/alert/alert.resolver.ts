import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import type { Page } from '../page/page.js';
import {
  Alert,
  AlertConnection,
  AlertFilter,
  AlertInput,
  AlertPayload,
  AlertRule,
  SnoozeAlertInput,
} from './alert.model.js';
import { AlertService } from './alert.service.js';

@Resolver(() => Alert)
export class AlertResolver {
  constructor(private readonly service: AlertService) {}

  @Allow('alert.read')
  @Query(() => AlertConnection, { description: 'Newest first.' })
  alerts(
    @CurrentCaller() caller: Caller,
    @Args('filter', { type: () => AlertFilter, nullable: true }) filter?: AlertFilter,
    @Args('first', { type: () => Int, nullable: true }) first?: number,
    @Args('after', { type: () => String, nullable: true }) after?: string,
  ): Promise<Page<Alert>> {
    return this.service.page(caller, filter ?? {}, { first, after });
  }

  @Allow('alert.read')
  @Query(() => [AlertRule], { description: 'By name.' })
  alertRules(@CurrentCaller() caller: Caller): Promise<AlertRule[]> {
    return this.service.rules(caller);
  }

  @Allow('alert.mute')
  @Mutation(() => AlertPayload, {
    description:
      'Nobody is told of its rule for what it is about, now or later. It is listed all the same.',
  })
  async muteAlert(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => AlertInput }) { id }: AlertInput,
  ): Promise<AlertPayload> {
    return { alert: await this.service.mute(caller, id) };
  }

  @Allow('alert.mute')
  @Mutation(() => AlertPayload, { description: 'What is open and was never told is told at once.' })
  async unmuteAlert(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => AlertInput }) { id }: AlertInput,
  ): Promise<AlertPayload> {
    return { alert: await this.service.unmute(caller, id) };
  }

  @Allow('alert.mute')
  @Mutation(() => AlertPayload, {
    description: 'For one that is open: it is told again at that time if it still is.',
  })
  async snoozeAlert(
    @CurrentCaller() caller: Caller,
    @Args('input', { type: () => SnoozeAlertInput }) { id, until }: SnoozeAlertInput,
  ): Promise<AlertPayload> {
    return { alert: await this.service.snooze(caller, id, until ?? null) };
  }
}
