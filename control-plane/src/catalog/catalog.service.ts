import { CatalogSchema, fromJson, toJson, type Catalog } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../database/database.js';

/** What a person can do about a failure code. */
export interface Advice {
  title: string;
  advice: string;
}

type JsonValue = Parameters<typeof fromJson>[1];

/** What agents say they can connect to. It is kept with each agent, so an older agent shows exactly what it can do. */
@Injectable()
export class CatalogService {
  constructor(private readonly database: Database) {}

  /** Of the newest agent of the pool that said one; undefined before any did. */
  async catalogOf(
    workspaceId: string,
    poolName: string,
    database: Transaction = this.database.of(workspaceId),
  ): Promise<Catalog | undefined> {
    const [newest] = await database.$queryRaw<{ catalog: JsonValue }[]>`
      select agent.catalog from "Agent" as agent join "Pool" as pool on pool.id = agent."poolId"
      where pool."workspaceId" = ${workspaceId}::uuid and pool.name = ${poolName}
        and agent."revokedAt" is null and agent.catalog is not null
      order by agent."createdAt" desc, agent.id limit 1`;
    // A newer agent may have said more than this version knows; the rest still holds.
    return newest && fromJson(CatalogSchema, newest.catalog, { ignoreUnknownFields: true });
  }

  /** Advice for the vendor's own code comes before advice for the code alone. */
  async adviceFor(
    workspaceId: string,
    code: string,
    vendorCode: string,
  ): Promise<Advice | undefined> {
    const [best] = await this.database.of(workspaceId).$queryRaw<Advice[]>`
      select said->>'title' as title, coalesce(said->>'advice', '') as advice
      from "Agent" as agent, jsonb_array_elements(agent.catalog->'advice') as said
      where agent."workspaceId" = ${workspaceId}::uuid and said->>'code' = ${code}
        and coalesce(said->>'vendorCode', '') in ('', ${vendorCode})
      order by coalesce(said->>'vendorCode', '') desc, agent."createdAt" desc, agent.id limit 1`;
    return best;
  }

  async keep(tx: Transaction, agentId: string, catalog: Catalog): Promise<void> {
    const json = JSON.stringify(toJson(CatalogSchema, catalog));
    await tx.$executeRaw`
      update "Agent" set catalog = ${json}::jsonb where id = ${agentId}::uuid`;
  }
}
