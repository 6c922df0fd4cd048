/** The columns of the benchmark's table, by what Snowflake makes of them: each kind of type once, texts twice. */
const columns: Readonly<Record<string, string>> = {
  id: 'seq4()::number(38,0)',
  amount: `(uniform(0, 100000000, random()) / 100)::number(12,2)`,
  score: 'uniform(0, 1000000, random())::float / 64',
  email: `'user' || seq4() || '@example.com'`,
  note: `'a note of some length, "quoted", number ' || seq4()`,
  is_active: 'mod(seq4(), 3) = 0',
  born: `dateadd('day', mod(seq4(), 20000), '1960-01-01'::date)::date`,
  seen_at: `dateadd('second', seq4(), '2024-01-01 00:00:00.5'::timestamp_ntz)`,
  changed_at: `dateadd('second', seq4(), '2024-01-01 00:00:00.25 +02:00'::timestamp_tz)`,
  tags: `object_construct('n', seq4(), 'kind', 'a')::variant`,
};

export const columnNames = Object.keys(columns);
export const table = 'PEOPLE';

export function createTable(rows: number): string {
  const list = Object.entries(columns).map(([name, sql]) => `${sql} as ${name}`);
  return `create or replace table ${table} as select ${list.join(', ')}
    from table(generator(rowcount => ${rows}))`;
}
