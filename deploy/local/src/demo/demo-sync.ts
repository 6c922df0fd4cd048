/** What the databases are asked about each sync of deploy/local/demo, independent of the product. */
export interface DemoSync {
  name: string;
  /** Where its rows go, for people. */
  target: string;
  /** Which client of the databases holds the destination. */
  database: 'app' | 'receiver';
  /** The model's rows, as the destination should have them, from a table of cities. */
  wanted: (table: string) => string;
  /** The destination's rows in the same form. */
  there: string;
}

export const demoSyncs: readonly DemoSync[] = [
  {
    name: 'cities-to-app',
    target: 'table place of database app',
    database: 'app',
    wanted: (
      table,
    ) => `select city_id as id, name, name || ' (' || country || ')' as label, country, population,
        latitude, longitude, 'drawbridge'::text as origin from ${table}`,
    there: 'select id, name, label, country, population, latitude, longitude, origin from place',
  },
  {
    name: 'large-cities-to-receiver',
    target: 'HTTP endpoint',
    database: 'receiver',
    wanted: (table) =>
      `select city_id as id, name, country, population from ${table} where population >= 100000`,
    there: `select id, body ->> 'name' as name, body ->> 'country' as country,
        (body ->> 'population')::bigint as population from city`,
  },
];
