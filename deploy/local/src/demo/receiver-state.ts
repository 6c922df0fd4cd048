import type pg from 'pg';

export interface ReceiverState {
  /** Cities that it holds now. */
  cities: number;
  /** Records since its first start, by what was asked. */
  totals: { what: string; requests: number; taken: number; refused: number }[];
  requests: { at: string; what: string; taken: number; refused: number }[];
  latest: { id: string; name: string; country: string; population: number; at: string }[];
}

const lines = 12;

export async function readState(database: pg.Pool): Promise<ReceiverState> {
  const { rows } = await database.query<{ state: ReceiverState }>(
    `select json_build_object(
       'cities', (select count(*) from city),
       'totals', (select coalesce(json_agg(t), '[]') from (
          select what, count(*) as requests, sum(taken) as taken, sum(refused) as refused
          from request group by what order by what) as t),
       'requests', (select coalesce(json_agg(r), '[]') from (
          select received_at as at, what, taken, refused from request order by id desc limit ${lines}) as r),
       'latest', (select coalesce(json_agg(c), '[]') from (
          select id::text as id, body ->> 'name' as name, body ->> 'country' as country,
            (body ->> 'population')::numeric as population, received_at as at
          from city order by received_at desc, id limit ${lines}) as c)
     ) as state`,
  );
  const state = rows[0]?.state;
  if (!state) throw new Error('The receiver could not read its own state.');
  return state;
}
