import type pg from 'pg';

/** Numbers that are the same for the same seed: a case that failed can be run again. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  // Mulberry32.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export async function fillSource(here: pg.Client, rows: number): Promise<void> {
  await here.query(`insert into person select n, 'person ' || n, n % 7 from generate_series(1, $1::int) n`, [rows]); // prettier-ignore
}

/** Shares of the rows, in percent. */
export interface Extent {
  changed: number;
  removed: number;
  added: number;
}

export const extents = {
  change: { changed: 6, removed: 3, added: 3 },
  upheaval: { changed: 40, removed: 5, added: 50 },
} as const;

/** Changes, removes and adds rows of the warehouse; which ones depends on the chance alone. */
export async function changeSource(
  here: pg.Client,
  { changed, removed, added }: Extent,
  chance: () => number,
): Promise<void> {
  const { rows } = await here.query<{ id: string }>('select id from person order by id');
  const ids = rows.map(({ id }) => id);
  const some = (percent: number): string[] => ids.filter(() => chance() * 100 < percent);
  const word = Math.floor(chance() * 1e9).toString(36);
  await here.query('delete from person where id = any($1::bigint[])', [some(removed)]);
  await here.query(
    `update person set name = $2 || ' ' || id, team = case when id % 5 = 0 then null else id % 11 end
       where id = any($1::bigint[])`,
    [some(changed), word],
  );
  await here.query(
    `insert into person select top.id + n, $2 || ' new ' || n, n % 7
       from (select coalesce(max(id), 0) as id from person) as top, generate_series(1, $1::int) n`,
    [Math.ceil((ids.length * added) / 100), word],
  );
}
