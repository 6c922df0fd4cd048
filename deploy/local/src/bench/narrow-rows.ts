/** The table of the benchmark of memory: a key and three columns, about 45 bytes a row as text; without a log, for its disk. */
const columns = ['id bigint', 'score int', 'plan text', 'seen_at timestamptz'];
export const narrowColumns = columns.map((column) => column.split(' ')[0]!);

export const makeNarrowSql = (table: string): string =>
  `create unlogged table ${table} (${columns.join(', ')})`;

export const fillNarrowSql = (rows: number): string => `insert into narrow select
  id,
  (id * 7919 % 100000)::int,
  (array['free', 'team', 'business', null])[1 + (id % 4)::int],
  timestamptz '2020-01-01 00:00:00.123456Z' + id * interval '0.7 s'
from generate_series(1, ${rows}::bigint) as id`;

/** 1 % changed; every page of the table is touched. */
export const changeNarrowSql = 'update narrow set score = score + 1 where id % 100 = 3';

export const narrowChecksumSql = `select count(*)::text || ' ' || coalesce(sum(hashtextextended(n::text, 0)::numeric), 0)::text
  as checksum from (select ${narrowColumns.join(', ')} from narrow) as n`;
