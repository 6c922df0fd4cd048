import type pg from 'pg';
import { demoSyncs } from './demo-sync.js';

export interface Changes {
  added: number;
  changed: number;
  removed: number;
}

/** Random cities, large ones among them, so that both syncs have something of each kind to do. */
const changesSql = [
  `update geo.city set population = population + 1 + (population * random() * 0.02)::bigint where city_id in (
     (select city_id from geo.city order by random() limit 240) union
     (select city_id from geo.city where population >= 100000 order by random() limit 60))`,
  `delete from geo.city where city_id in (
     (select city_id from geo.city order by random() limit 70) union
     (select city_id from geo.city where population >= 100000 order by random() limit 10))`,
  `insert into geo.city
     select (select max(city_id) from geo.city) + row_number() over (), 'New ' || name, country, admin_code,
       feature_code, 1000 + (random() * 200000)::bigint, latitude, longitude
     from (select * from geo.city where name not like 'New %' order by random() limit 120) as model`,
];

/** Changes some hundred rows of the warehouse. The warehouse says what that means for each sync, by its name. */
export async function changeWarehouse(warehouse: pg.Client): Promise<Record<string, Changes>> {
  await warehouse.query('drop table if exists pg_temp.before');
  await warehouse.query('create temp table before as table geo.city');
  await warehouse.query('begin');
  for (const sql of changesSql) await warehouse.query(sql);
  await warehouse.query('commit');
  const changes: Record<string, Changes> = {};
  for (const { name, wanted } of demoSyncs)
    changes[name] = await compare(warehouse, wanted('pg_temp.before'), wanted('geo.city'));
  return changes;
}

async function compare(warehouse: pg.Client, before: string, after: string): Promise<Changes> {
  const { rows } = await warehouse.query<Changes>(
    `select (count(*) filter (where b.id is null))::int as added,
       (count(*) filter (where a.id is null))::int as removed,
       (count(*) filter (where a.id is not null and b.id is not null and a is distinct from b))::int as changed
     from (${before}) as b full join (${after}) as a using (id)`,
  );
  return rows[0] ?? { added: 0, changed: 0, removed: 0 };
}
