import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../free-port.js';
import { openPostgres } from '../postgres.js';
import type { Postgres } from '../postgres.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeWarehouse } from './changes.js';
import { fillCities } from './cities.js';
import { compareSides } from './comparison.js';
import { openDatabases } from './databases.js';
import type { Databases } from './databases.js';
import { demoSyncs } from './demo-sync.js';
import { openReceiver } from './receiver.js';
import type { Receiver } from './receiver.js';

const authorization = 'Bearer right';
let directory: string;
let postgres: Postgres;
let databases: Databases;
let receiver: Receiver;

// A server of its own: the demo's databases have fixed names.
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-demo-'));
  postgres = await openPostgres({ directory, port: await freePort(), settings: { fsync: 'off' } });
  databases = await openDatabases(postgres, { reader: `it's`, writer: 'writer' });
  receiver = await openReceiver({
    port: await freePort(),
    database: databases.receiver,
    authorization,
  });
});

afterEach(async () => {
  await receiver.close();
  await databases.close();
  await postgres.close();
  await rm(directory, { recursive: true, force: true });
});

async function send(
  method: string,
  path: string,
  body: string,
  headers: Record<string, string> = { authorization },
): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(receiver.url + path, { method, headers, body });
  return { status: response.status, answer: await response.json() };
}

const lima = { id: 1, name: 'Lima', country: 'PE', population: 7_737_002 };

it('fills the warehouse once, readable by the role of the source and no more', async () => {
  expect(await fillCities(databases.warehouse)).toBe(true);
  expect(await fillCities(databases.warehouse)).toBe(false);
  const reader = new pg.Client({
    host: '127.0.0.1',
    port: postgres.port,
    database: 'warehouse',
    user: 'drawbridge_reader',
    password: `it's`,
  });
  await reader.connect();
  const { rows } = await reader.query<{ rows: number }>(
    'select count(*)::int as rows from geo.city',
  );
  expect(rows[0]?.rows).toBeGreaterThan(100_000);
  await expect(reader.query('delete from geo.city')).rejects.toMatchObject({ code: '42501' });
  await reader.end();
});

it('says exactly what its changes mean, and which rows of a destination differ', async () => {
  await fillCities(databases.warehouse);
  const [toApp] = demoSyncs;
  const place = toApp!.wanted('geo.city');
  const { rows } = await databases.warehouse.query(place);
  await databases.app.query(
    `insert into place select id, name, label, country, population, latitude, longitude, origin, now()
     from jsonb_populate_recordset(null::place, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
  expect(await compareSides(databases, toApp!)).toMatchObject({ missing: 0, surplus: 0 });

  const changes = (await changeWarehouse(databases.warehouse))['cities-to-app']!;
  expect(changes.added).toBe(120);
  expect(changes.changed).toBeGreaterThan(200);
  expect(changes.removed).toBeGreaterThan(60);
  expect(await compareSides(databases, toApp!)).toMatchObject({
    missing: changes.added + changes.changed,
    surplus: changes.removed + changes.changed,
  });
  for (const { name } of demoSyncs.slice(1))
    expect(Object.values((await changeWarehouse(databases.warehouse))[name]!)).not.toContain(0);
});

it('takes records, answers for each, and shows them', async () => {
  const records = [
    lima,
    { ...lima, id: 'x' },
    { id: 2, name: '<b>', country: 'DE', population: 0 },
  ];
  const added = await send('POST', '/cities', JSON.stringify({ records }));
  expect(added).toEqual({
    status: 200,
    answer: {
      results: [
        { status: 201 },
        { status: 422, error: 'id must be a whole number.' },
        { status: 201 },
      ],
    },
  });
  const twice = [lima, { ...lima, population: 8_000_000 }];
  await send('PUT', '/cities', JSON.stringify({ records: twice }));
  const page = await (await fetch(receiver.url)).text();
  expect(page).toContain('8,000,000');
  expect(page).toContain('&lt;b&gt;');
  expect(page).not.toContain('<td><b>');

  await send('POST', '/cities/removed', JSON.stringify({ records: [{ id: 1 }, { id: 99 }] }));
  const { rows } = await databases.receiver.query('select id from city');
  expect(rows).toEqual([{ id: '2' }]);
});

it('refuses what it does not expect', async () => {
  const body = JSON.stringify({ records: [lima] });
  const statuses = await Promise.all([
    send('POST', '/cities', body, {}),
    send('POST', '/cities', body, { authorization: 'Bearer wrong' }),
    send('POST', '/cities', '{'),
    send('POST', '/cities', 'null'),
    send('POST', '/cities', JSON.stringify({ records: 'all' })),
    send('DELETE', '/cities', ''),
    send('POST', '/cities', JSON.stringify({ records: ['x'.repeat(9 << 20)] })),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([401, 401, 400, 400, 400, 404, 413]);
  const { rowCount } = await databases.receiver.query('select from city');
  expect(rowCount).toBe(0);
});

it('finds its state again', async () => {
  await send('POST', '/cities', JSON.stringify({ records: [lima] }));
  await databases.close();
  databases = await openDatabases(postgres, { reader: `it's`, writer: 'writer' });
  const { rows } = await databases.receiver.query(`select body ->> 'name' as name from city`);
  expect(rows).toEqual([{ name: 'Lima' }]);
});
