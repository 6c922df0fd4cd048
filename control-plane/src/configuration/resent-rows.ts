import type { SpecificationChange } from '@drawbridge/proto';
import type { Transaction } from '../database/database.js';

/** A change of the configuration, with how many rows it is about where a mapping changes. */
export interface CountedChange extends SpecificationChange {
  /** Rows of the last baseline that an agent told of; null before the first one. */
  baselineRows?: number | null;
}

/** A new mapping is a new record for each row of the baseline, so as many rows are sent again, or are not. */
export async function withResentRows(
  tx: Transaction,
  workspaceId: string,
  changes: readonly SpecificationChange[],
): Promise<CountedChange[]> {
  const names = changes.flatMap(({ name, mapping }) => (mapping ? [name] : []));
  if (names.length === 0) return [...changes];
  const rowsByName = await baselineRows(tx, workspaceId, names);
  return changes.map((change) =>
    change.mapping ? { ...change, baselineRows: rowsByName.get(change.name) ?? null } : change,
  );
}

async function baselineRows(
  tx: Transaction,
  workspaceId: string,
  names: readonly string[],
): Promise<Map<string, number>> {
  const found = await tx.$queryRaw<{ name: string; rows: number }[]>`
    select sync.name, (last.baseline ->> 'rows')::float8 as rows
    from "Sync" as sync, lateral (
      select baseline from "Run"
      where "syncId" = sync.id and baseline is not null
      order by "createdAt" desc, id desc limit 1
    ) as last
    where sync."workspaceId" = ${workspaceId}::uuid and sync.name = any(${names})`;
  return new Map(found.map(({ name, rows }) => [name, rows]));
}
