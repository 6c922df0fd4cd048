import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { makeDatabase } from '../testing/database.js';
import type { TestDatabase } from '../testing/database.js';
import { pipeInto, readAway } from './raw-copy.js';

// Short rows share a frame's chunk, long ones need many: both must arrive whole.
const query = `select n as id, repeat(chr(65 + n % 26), case when n % 50 = 0 then 300000 else n end) as note
  from generate_series(1, 400) as n`;

describe('a bare copy', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeEach(async () => {
    database = await makeDatabase(inject('postgresUrl'));
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('create table arrived (id int primary key, note text)');
  });

  afterEach(async () => {
    await client.end();
    await database.close();
  });

  it('brings every row as it was', async () => {
    await pipeInto({ url: database.url, query }, { url: database.url, table: 'arrived' });
    const { rows } = await client.query(
      `select count(*)::int as rows, count(*) filter (where a.note = q.note)::int as equal
         from arrived as a join (${query}) as q using (id)`,
    );
    expect(rows).toEqual([{ rows: 400, equal: 400 }]);
  });

  it('reads to the end', async () => {
    await expect(readAway(database.url, query)).resolves.toBeUndefined();
  });

  it('says what the database refuses', async () => {
    await expect(readAway(database.url, 'select 1/0')).rejects.toThrow(/division by zero/);
    const twice = 'select 1 as id, null::text as note union all select 1, null';
    await expect(
      pipeInto({ url: database.url, query: twice }, { url: database.url, table: 'arrived' }),
    ).rejects.toThrow(/duplicate key/);
    await expect(
      pipeInto({ url: database.url, query }, { url: database.url, table: 'nowhere' }),
    ).rejects.toThrow(/does not exist/);
  });
});
