import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { signInToSnowflake } from './snowflake-session.js';
import type { SnowflakeSaid } from './snowflake-session.js';
import { openVendorServer, publicArgs } from './vendor-server.js';
import type { VendorServer } from './vendor-server.js';

export interface Snowflake extends VendorServer<SnowflakeSaid> {
  /** Makes the same changes there that the warehouse beside it has had since the last time. */
  follow(): Promise<void>;
}

interface Options {
  home: string;
  port: number;
  publicUrl?: string;
  /** The demo's Postgres warehouse, which has the same table. */
  warehouse: pg.Client;
}

const chunkRows = 5000;

const tableSql = `create schema geo;
create table geo.city (city_id number(38, 0) not null, name varchar not null, country varchar not null,
  population number(38, 0) not null, latitude number(8, 5) not null, longitude number(8, 5) not null);`;

/**
 * The test double of Snowflake, filled with the cities that the Postgres warehouse has. It forgets everything when it ends,
 * and Postgres remembers: so both sides can be compared, and the next start finds the same rows.
 */
export async function openSnowflake({
  home,
  port,
  publicUrl,
  warehouse,
}: Options): Promise<Snowflake> {
  const sql = join(home, 'snowflake.sql');
  const inserts = await insertsOf(warehouse, 'geo.city');
  await writeFile(sql, [tableSql, ...inserts].join('\n'));
  await remember(warehouse);
  const password = randomBytes(18).toString('base64url');
  const server = await openVendorServer<SnowflakeSaid>({
    name: 'Snowflake',
    script: 'snowflake/serve.js',
    args: ['--port', String(port), '--password', password, '--sql', sql].concat(
      publicArgs(publicUrl),
    ),
    logFile: join(home, 'log/snowflake.log'),
  });
  const follow = async (): Promise<void> => {
    const session = await signInToSnowflake(server.said);
    for (const statement of await changesIn(warehouse)) await session.execute(statement);
    await session.close();
    await remember(warehouse);
  };
  return { ...server, follow };
}

async function remember(warehouse: pg.Client): Promise<void> {
  await warehouse.query('drop table if exists pg_temp.followed');
  await warehouse.query('create temp table followed as table geo.city');
}

async function changesIn(warehouse: pg.Client): Promise<string[]> {
  const { rows } = await warehouse.query<{ id: string }>(
    `select city_id as id from (table followed except table geo.city) as gone`,
  );
  const ids = rows.map(({ id }) => id);
  return [
    ...(ids.length > 0 ? [`delete from geo.city where city_id in (${ids.join(', ')})`] : []),
    ...(await insertsOf(warehouse, '(table geo.city except table followed) as changed')),
  ];
}

async function insertsOf(warehouse: pg.Client, from: string): Promise<string[]> {
  const values = `format('(%s, %s, %s, %s, %s, %s)', city_id, ${literal('name')}, ${literal('country')},
    population, latitude, longitude)`;
  const { rows } = await warehouse.query<{ values: string }>(
    `select string_agg(${values}, ', ') as values
      from (select *, row_number() over (order by city_id) / ${chunkRows} as chunk from ${from}) as numbered
      group by chunk order by chunk`,
  );
  return rows.map((row) => `insert into geo.city values ${row.values};`);
}

/** As Snowflake reads a text: a backslash escapes. */
const literal = (column: string): string =>
  String.raw`'''' || replace(replace(${column}, '\', '\\'), '''', '''''') || ''''`;
