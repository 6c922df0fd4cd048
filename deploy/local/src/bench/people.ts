/** The benchmark's table: deterministic, 12 columns, about 170 bytes a row, 3 % NULLs, texts that need escaping. */
export const columns = [
  'id bigint',
  'name text',
  'email text',
  'plan text',
  'country text',
  'seats int',
  'mrr numeric(12,2)',
  'score double precision',
  'active boolean',
  'born date',
  'seen_at timestamptz',
  'note text',
];

export const columnNames = columns.map((column) => column.split(' ')[0] ?? column);

/** `from` and `to` are ids; the same id always makes the same row. */
export const rowsSql = (from: number, to: number): string => `select
  id,
  'Person ' || id || case when id % 11 = 0 then ' Żółć 雪' else '' end,
  case when id % 33 = 0 then null else 'person' || id || '@example.org' end,
  (array['free', 'team', 'business', 'enterprise'])[1 + (id % 4)::int],
  (array['DE', 'FR', 'PL', 'US', 'JP', 'BR', 'ZA'])[1 + (id % 7)::int],
  (id % 500)::int,
  ((id * 7919) % 1000000) / 100.0,
  sqrt(id::double precision),
  id % 3 = 0,
  date '1950-01-01' + (id % 20000)::int,
  timestamptz '2020-01-01 00:00:00.123456Z' + id * interval '1.000007 s',
  case id % 10 when 0 then E'said "yes"\\n\\tand \\\\ left' when 1 then null else 'note ' || md5(id::text) end
from generate_series(${from}::bigint, ${to}::bigint) as id`;

/** 1 % updated in five columns, 0.1 % removed, 0.1 % added. */
export const changesSql = (size: number, table: string): string[] => [
  `update ${table} set plan = 'changed', seats = seats + 1, mrr = mrr + 0.01, score = score + 0.5, note = 'new'
     where id % 100 = 3`,
  `delete from ${table} where id % 1000 = 7`,
  `insert into ${table} ${rowsSql(size + 1, size + Math.floor(size / 1000))}`,
];

/** One line that is equal for equal tables, computed by the database itself. */
export const checksumOf = (table: string, precision = 'microseconds'): string => {
  const read = columnNames.map((name) =>
    name === 'seen_at' ? `date_trunc('${precision}', seen_at) as seen_at` : name,
  );
  return `select count(*)::text || ' ' || coalesce(sum(hashtextextended(p::text, 0)::numeric), 0)::text
    as checksum from (select ${read.join(', ')} from ${table}) as p`;
};

export const checksumSql = checksumOf('person');
