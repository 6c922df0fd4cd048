import type { Databases } from './databases.js';
import type { DemoSync } from './demo-sync.js';

export interface Comparison {
  /** Rows that the query gives. */
  wanted: number;
  /** Rows that the query gives and the destination lacks or has otherwise. */
  missing: number;
  /** Rows that the destination has and the query does not give like that. */
  surplus: number;
}

interface Sum {
  rows: number;
  checksum: string;
}

/** Each database sums up its own side; only when the sums differ are rows looked at one by one. */
export async function compareSides(databases: Databases, sync: DemoSync): Promise<Comparison> {
  const target = databases[sync.database];
  const query = sync.wanted('geo.city');
  const [wanted, there] = await Promise.all([
    sumUp(databases.warehouse, query),
    sumUp(target, sync.there),
  ]);
  if (wanted.rows === there.rows && wanted.checksum === there.checksum)
    return { wanted: wanted.rows, missing: 0, surplus: 0 };
  const [left, right] = await Promise.all([
    digests(databases.warehouse, query),
    digests(target, sync.there),
  ]);
  return {
    wanted: wanted.rows,
    missing: [...left].filter((digest) => !right.has(digest)).length,
    surplus: [...right].filter((digest) => !left.has(digest)).length,
  };
}

type Client = Databases['warehouse'] | Databases['receiver'];

async function sumUp(client: Client, sql: string): Promise<Sum> {
  const { rows } = await client.query<Sum>(
    `select count(*)::int as rows, coalesce(sum(hashtextextended(q::text, 0)::numeric), 0)::text as checksum
     from (${sql}) as q`,
  );
  return rows[0] ?? { rows: 0, checksum: '' };
}

/** Keys are unique, so no two rows of a side have the same. */
async function digests(client: Client, sql: string): Promise<Set<string>> {
  const { rows } = await client.query<{ digest: string }>(
    `select md5(q::text) as digest from (${sql}) as q`,
  );
  return new Set(rows.map(({ digest }) => digest));
}
