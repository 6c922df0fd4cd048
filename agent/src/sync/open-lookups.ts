import type { Finder, FinderRequest, TargetField } from '../connector/destination.js';
import type { Column, ValueType } from '../connector/value.js';
import { Failure } from '../failure.js';
import { lookupsOf, matchColumn, numberOf } from './lookups.js';
import type { Run } from './run.js';
import type { Lookup } from './sync-request.js';

/** A lookup of a run: where it looks, and the table in which its answers are gathered. */
export interface OpenLookup {
  lookup: Lookup;
  finder: Finder;
  match: readonly TargetField[];
  /** DuckDB table: `m0`, `m1`, … as they stand in lines, `outcome`, `value`, `failure`, `found_at`. */
  table: string;
  /** Its columns `m0`, `m1`, … */
  matchColumns: readonly string[];
  /** SQL of what earlier runs found, if anything; ends in a condition. */
  remembered?: string;
}

export interface Lookups {
  list: readonly OpenLookup[];
  /** Why records could not be looked up; answers name them by their number. */
  failures: Failure[];
  typeOf(lookup: Lookup): ValueType;
  close(): Promise<void>;
}

/** Looks at every object that the mapping looks into, before anything is asked for. */
export async function openLookups(
  { request, tools }: Pick<Run, 'request' | 'tools'>,
  columns: readonly Column[],
): Promise<Lookups> {
  const wanted = lookupsOf(request.fields);
  const list: OpenLookup[] = [];
  const close = async (): Promise<void> =>
    void (await Promise.all(list.map(({ finder }) => finder.close())));
  const { openFinder = notPossible } = wanted.length > 0 ? tools.destination : {};
  try {
    for (const [n, lookup] of wanted.entries()) {
      const lastCheck = (): void => tools.lease.assertTrusted();
      const wish = { ...finderRequestOf(lookup, request, columns), lastCheck };
      const finder = await openFinder(wish, tools.signal);
      const matchColumns = lookup.match.map((_, m) => matchColumn(m));
      list.push({ lookup, finder, match: wish.match, table: `lookup_${n}`, matchColumns });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const typeOf = (lookup: Lookup): ValueType =>
    list[numberOf(lookup, wanted)]?.finder.type ?? 'other';
  return { list, failures: [], typeOf, close };
}

function finderRequestOf(
  { object, match, returns, onMiss }: Lookup,
  { options, workspaceId, syncId, runId }: Run['request'],
  columns: readonly Column[],
): Omit<FinderRequest, 'lastCheck'> {
  const typeOf = (name: string): ValueType =>
    columns.find((column) => column.name === name)?.type ?? 'text';
  return {
    object,
    match: match.map(({ field, column }) => ({ name: field, type: typeOf(column), nulls: 'send' })),
    returns,
    creates: onMiss === 'create',
    options,
    tag: { workspaceId, syncId, runId },
  };
}

function notPossible(): never {
  throw new Failure(
    'CONFIG',
    'lookup.not_possible',
    'The destination can not look up related records. Join what they hold in the SQL of the model.',
  );
}
