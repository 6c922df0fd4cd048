import { CatalogSchema, fromJson, toJson, type Catalog } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../database/database.js';

/** What a person can do about a failure code. */
export interface Advice {
  title: string;
  advice: string;
}

/** What went wrong, as agents say it. */
interface Problem {
  code: string;
  vendorCode: string;
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

  /** For each problem, in order. Advice for the vendor's own code comes before advice for the code alone. */
  async adviceFor(
    workspaceId: string,
    problems: readonly Problem[],
  ): Promise<(Advice | undefined)[]> {
    if (problems.length === 0) return [];
    const codes = problems.map(({ code }) => code);
    const vendorCodes = problems.map(({ vendorCode }) => vendorCode);
    const found = await this.database.of(workspaceId).$queryRaw<(Advice & { place: number })[]>`
      with said as materialized (
        select said->>'code' as code, coalesce(said->>'vendorCode', '') as "vendorCode", said->>'title' as title,
          coalesce(said->>'advice', '') as advice, agent."createdAt", agent.id
        from "Agent" as agent, jsonb_array_elements(agent.catalog->'advice') as said
        where agent."workspaceId" = ${workspaceId}::uuid and said->>'code' = any(${codes}::text[]))
      select asked.place::int, best.title, best.advice
      from unnest(${codes}::text[], ${vendorCodes}::text[]) with ordinality as asked (code, "vendorCode", place)
      cross join lateral (
        select title, advice from said where said.code = asked.code and said."vendorCode" in ('', asked."vendorCode")
        order by said."vendorCode" desc, "createdAt" desc, id limit 1) as best`;
    const byPlace = new Map(found.map(({ place, title, advice }) => [place, { title, advice }]));
    return Array.from(problems.keys(), (at) => byPlace.get(at + 1));
  }

  async keep(tx: Transaction, agentId: string, catalog: Catalog): Promise<void> {
    const json = JSON.stringify(toJson(CatalogSchema, catalog));
    await tx.$executeRaw`
      update "Agent" set catalog = ${json}::jsonb where id = ${agentId}::uuid`;
  }
}
