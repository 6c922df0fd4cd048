import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { makeDatabase } from './database.js';

it('gives each caller a database of its own', async () => {
  const first = await makeDatabase(inject('postgresUrl'));
  const second = await makeDatabase(inject('postgresUrl'), first.name);
  const client = new pg.Client({ connectionString: second.url });
  await client.connect();
  const { rows } = await client.query('select current_database() as name');
  await client.end();
  expect(rows).toEqual([{ name: second.name }]);
  await first.close();
  await second.close();
});
