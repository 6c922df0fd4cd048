import {
  catalogProblems,
  type Catalog,
  type PlaceOf,
  type Specification,
  type SpecProblem,
} from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import { Clock } from '../clock.js';
import type { Transaction } from '../database/database.js';
import { offerProblems } from './offer-problems.js';
import { scheduleProblems } from './schedule-problems.js';

/** What a specification asks for and nobody would do: the agents don't offer it or could not be told, or it is never due. */
@Injectable()
export class AgentCheck {
  constructor(
    private readonly catalog: CatalogService,
    private readonly clock: Clock,
  ) {}

  async problemsOf(
    workspaceId: string,
    specification: Specification,
    { placeOf, tx }: { placeOf: PlaceOf; tx?: Transaction },
  ): Promise<SpecProblem[]> {
    const connections = [specification.sources, specification.destinations].flatMap(Object.values);
    const pools = new Set<string>(connections.map(({ pool }) => pool));
    const catalogs = new Map<string, Catalog>();
    for (const pool of pools) {
      const catalog = await this.catalog.catalogOf(workspaceId, pool, tx);
      if (catalog) catalogs.set(pool, catalog);
    }
    const catalogOf = (pool: string): Catalog | undefined => catalogs.get(pool);
    return [
      ...catalogProblems(specification, { catalogOf, placeOf }),
      ...(await offerProblems(specification, placeOf)),
      ...scheduleProblems(specification, placeOf, this.clock.now()),
    ];
  }
}
