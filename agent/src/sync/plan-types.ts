import { isBulk } from '../connector/destination.js';
import type { AnyTarget } from '../connector/destination.js';
import type { Duck } from '../duck/duck.js';
import { withLookups } from './join-lookups.js';
import { loadColumns } from './load-columns.js';
import { parquetTypes } from './load-types.js';
import type { Mapping } from './mapping.js';
import type { Lookups } from './open-lookups.js';
import { rowsOf, whole } from './plan.js';
import type { PlanPart } from './plan.js';

interface Sending {
  mapping: Mapping;
  target: AnyTarget;
  lookups: Lookups;
  duck: Duck;
}

/** The types of columns where a destination's files have types: the same for all parts of a plan, as it may read them as one. */
export async function planTypes(
  parts: readonly PlanPart[],
  { mapping, target, lookups, duck }: Sending,
): Promise<string[] | undefined> {
  if (!isBulk(target) || target.format.kind !== 'parquet') return undefined;
  const written = parts.filter(
    ({ kind, change }) => kind && (target.takes?.(kind, change) ?? true),
  );
  for (const part of written) await whole(part);
  return parquetTypes(
    duck,
    written.map((part) => ({
      from: withLookups(rowsOf(part), lookups),
      columns: loadColumns(mapping, part.change),
    })),
  );
}
