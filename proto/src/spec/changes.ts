import { isDeepStrictEqual } from 'node:util';
import {
  entryOf,
  sections,
  type LookupEntry,
  type Section,
  type Specification,
  type SyncEntry,
} from './entry.js';
import { formatEntry } from './format.js';
import { mappingChangeBetween, type MappingChangeName } from './mapping-change.js';
import { sortedBy } from './order.js';

export interface SpecificationChange {
  kind: 'source' | 'destination' | 'model' | 'sync' | 'alert';
  name: string;
  action: 'create' | 'update' | 'remove';
  /** The lines of the item's YAML that differ, each behind `+ ` or `- `. */
  difference: string[];
  /** Of a sync whose mapping changes: what its next run does with rows that did not. */
  mapping?: MappingChangeName;
}

const kinds = {
  sources: 'source',
  destinations: 'destination',
  models: 'model',
  syncs: 'sync',
  alerts: 'alert',
} as const;

/** What becomes different when `after` takes the place of `before`, items in order. */
export const changesBetween = (
  before: Specification,
  after: Specification,
): SpecificationChange[] => [...eachComparison(before, after)].flatMap((change) => change ?? []);

/** The same one by one, for who has other things to do meanwhile: undefined for what stays as it is. */
export function* eachComparison(
  before: Specification,
  after: Specification,
): Generator<SpecificationChange | undefined> {
  for (const section of sections) {
    const names = new Set([...Object.keys(before[section]), ...Object.keys(after[section])]);
    for (const name of sortedBy([...names], (one) => one))
      yield changeOf(section, name, { before, after });
  }
}

function changeOf(
  section: Section,
  name: string,
  { before, after }: { before: Specification; after: Specification },
): SpecificationChange | undefined {
  const entryIn = (whole: Specification) =>
    entryOf<Specification[Section][string]>(whole[section], name);
  // Most of a large configuration stays as it is, and to write it down takes far longer than to look.
  if (isDeepStrictEqual(entryIn(before), entryIn(after))) return undefined;
  const old = linesOf(section, before, name);
  const young = linesOf(section, after, name);
  const action = old ? (young ? 'update' : 'remove') : 'create';
  const difference = differenceOf(old ?? [], young ?? []);
  if (difference.length === 0) return undefined;
  const mapping = section === 'syncs' && mappingOf(name, before, after);
  return { kind: kinds[section], name, action, difference, ...(mapping && { mapping }) };
}

/** A sync that comes or goes has no rows that were sent otherwise. */
function mappingOf(name: string, before: Specification, after: Specification) {
  const old = entryOf(before.syncs, name);
  const young = entryOf(after.syncs, name);
  return old && young && mappingChangeBetween(old, young);
}

function linesOf(
  section: Section,
  specification: Specification,
  name: string,
): string[] | undefined {
  const entry = entryOf<Specification[Section][string]>(specification[section], name);
  if (!entry) return undefined;
  const compared = section === 'syncs' ? fieldsInOrder(entry as SyncEntry) : entry;
  return formatEntry(section, compared).trimEnd().split('\n');
}

/** The order of fields, and of what a lookup matches, means nothing, so moving one is no change. */
const fieldsInOrder = (sync: SyncEntry): SyncEntry => ({
  ...sync,
  fields: sortedBy(sync.fields, ({ field }) => field).map((field) =>
    field.value.kind === 'lookup'
      ? { ...field, value: { kind: 'lookup', lookup: matchesInOrder(field.value.lookup) } }
      : field,
  ),
});

const matchesInOrder = (lookup: LookupEntry): LookupEntry => ({
  ...lookup,
  match: sortedBy(lookup.match, ({ field }) => field),
});

/** The lines outside the longest common subsequence. */
export function differenceOf(before: readonly string[], after: readonly string[]): string[] {
  const lengths = commonLengths(before, after);
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  const difference: string[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [old, young] = [before[row], after[column]];
    if (old !== undefined && old === young) [row, column] = [row + 1, column + 1];
    else if (
      young === undefined ||
      (old !== undefined && at(row + 1, column) >= at(row, column + 1))
    )
      difference.push(`- ${before[row++]}`);
    else difference.push(`+ ${after[column++]}`);
  }
  return difference;
}

/** `[row][column]`: how many lines the rests from there have in common. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () =>
    Array.from({ length: after.length + 1 }, () => 0),
  );
  for (let row = before.length - 1; row >= 0; row--) {
    const [current, below] = [lengths[row] ?? [], lengths[row + 1] ?? []];
    for (let column = after.length - 1; column >= 0; column--)
      current[column] =
        before[row] === after[column]
          ? (below[column + 1] ?? 0) + 1
          : Math.max(below[column] ?? 0, current[column + 1] ?? 0);
  }
  return lengths;
}
