/** A value as it could be read from JSON. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** JSON without spaces and with the keys in order, so that equal values have equal text. Keys without a value are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(ordered(JSON.parse(JSON.stringify(value))));
}

function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
}
