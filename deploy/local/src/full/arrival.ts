/** A city as a destination has it, independent of the product: its id, then its values as one text. */
export type Cities = ReadonlyMap<string, string>;

export interface City {
  id: unknown;
  name: unknown;
  country: unknown;
  population: unknown;
}

export function citiesOf(records: Iterable<City>): Cities {
  const cities = new Map<string, string>();
  for (const { id, name, country, population } of records)
    cities.set(String(id), JSON.stringify([name, country, population].map(String)));
  return cities;
}

/** What a sync of deploy/local/demo-full writes to. */
export interface Arrival {
  /** The sync's. */
  sync: string;
  /** For people. */
  what: string;
  /** Where a person can look. */
  where: string;
  /** Everything that is there. */
  cities(): Promise<Cities>;
}

/** Cities that the one lacks or has otherwise, and those that it has too many. */
export function compare(wanted: Cities, there: Cities): { missing: number; surplus: number } {
  const lacking = (has: Cities, other: Cities): number =>
    [...has].filter(([id, values]) => other.get(id) !== values).length;
  return { missing: lacking(wanted, there), surplus: lacking(there, wanted) };
}
