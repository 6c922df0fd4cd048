import { quoteName } from '../duck/duck.js';
import type { FieldMapping, Lookup } from './sync-request.js';

/** The different lookups of a mapping, in the order of its fields; two fields may share one. */
export function lookupsOf(fields: readonly FieldMapping[]): Lookup[] {
  const all = fields.flatMap(({ value }) => (value.kind === 'lookup' ? [value.lookup] : []));
  return all.filter((lookup, n) => numberOf(lookup, all) === n);
}

/** Which of the lookups it is. */
export function numberOf(lookup: Lookup, lookups: readonly Lookup[]): number {
  const name = nameOf(lookup);
  return lookups.findIndex((each) => nameOf(each) === name);
}

/** The column of a looked up value, beside the model's own, as rows are rendered. */
export const lookupColumn = (number: number): string => quoteName(`l:${number}`);

/** Name of a match field in a table of answers. */
export const matchColumn = (number: number): string => `m${number}`;

function nameOf({ object, match, returns, onMiss, onMany }: Lookup): string {
  const pairs = match.map(({ field, column }) => [field, column]);
  return JSON.stringify([object, pairs, returns, onMiss, onMany]);
}
