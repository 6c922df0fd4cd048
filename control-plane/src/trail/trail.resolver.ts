import { Args, Int, Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import type { Page } from '../page/page.js';
import { AuditEntry, AuditEntryConnection, AuditFilter } from './audit-entry.model.js';
import { TrailService } from './trail.service.js';

@Resolver(() => AuditEntry)
export class TrailResolver {
  constructor(private readonly service: TrailService) {}

  @Allow('audit.read')
  @Query(() => AuditEntryConnection, {
    description: 'What was done, newest first; up to 1000 at once.',
  })
  audit(
    @CurrentCaller() caller: Caller,
    @Args('filter', { type: () => AuditFilter, nullable: true }) filter?: AuditFilter,
    @Args('first', { type: () => Int, nullable: true }) first?: number,
    @Args('after', { type: () => String, nullable: true }) after?: string,
    @Args('oldestFirst', { type: () => Boolean, nullable: true }) oldestFirst?: boolean,
  ): Promise<Page<AuditEntry>> {
    return this.service.page(caller, filter ?? {}, {
      first,
      after,
      oldestFirst: oldestFirst ?? false,
    });
  }
}
