// The full demo's YAML with the world's addresses in place of this machine's, and a sync from Postgres to Postgres beside it.
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { parse, stringify } from 'yaml';
import { applyConfiguration } from '../demo/configuration.js';
import { citiesOf } from '../full/arrival.js';
import type { Arrival, City } from '../full/arrival.js';
import type { Graphql } from '../graphql.js';
import { needed } from './hosts.js';

const demo = fileURLToPath(new URL('../../demo-full/', import.meta.url));

type Settings = Record<string, unknown>;

interface Document {
  sources?: Record<string, { settings: Settings }>;
  destinations?: Record<string, { settings: Settings }>;
}

const { salesforce, slack, redis, files, snowflake, postgres } = needed;

/** By the names of connections in demo-full. */
const settings: Readonly<Record<string, Settings>> = {
  warehouse: { url: `https://${snowflake.name}` },
  salesforce: { loginUrl: `https://${salesforce.name}` },
  slack: { apiUrl: `https://${slack.name}/api/` },
  redis: { host: redis.name, port: redis.port, tls: 'verify-full' },
  files: { endpoint: `https://${files.name}` },
};

const address = { host: postgres.name, port: postgres.port, ssl: 'verify-full' };

const books = {
  sources: {
    books: {
      type: 'postgres',
      pool: 'default',
      settings: { ...address, database: 'warehouse', user: 'drawbridge_reader' },
      secrets: { password: 'env:DEMO_READER_PASSWORD' },
    },
  },
  models: {
    'large-cities-in-books': {
      source: 'books',
      primaryKey: ['city_id'],
      sql: 'select * from geo.city where population >= 100000',
    },
  },
  destinations: {
    app: {
      type: 'postgres',
      pool: 'default',
      settings: { ...address, database: 'app', user: 'drawbridge_writer' },
      secrets: { password: 'env:DEMO_WRITER_PASSWORD' },
    },
  },
  syncs: {
    'cities-to-app': {
      model: 'large-cities-in-books',
      destination: 'app',
      object: 'public.place',
      mode: 'mirror',
      onRemoved: 'delete',
      key: { id: 'city_id' },
      fields: {
        name: 'name',
        label: { template: '{{ name }} ({{ country }})' },
        country: 'country',
        population: 'population',
        latitude: 'latitude',
        longitude: 'longitude',
        origin: { constant: 'drawbridge' },
        synced_at: { metadata: 'run_started_at' },
      },
      schedule: 'manual',
    },
  },
};

/** What `cities-to-app` writes, as the database has it. */
export function bookArrival(app: pg.Client): Arrival {
  return {
    sync: 'cities-to-app',
    what: 'Postgres, table place',
    where: postgres.name,
    cities: async () => {
      const { rows } = await app.query<City>('select id, name, country, population from place');
      return citiesOf(rows);
    },
  };
}

export async function applyWorldConfiguration(
  graphql: Graphql,
  home: string,
  { clientId, username }: { clientId: string; username: string },
): Promise<string> {
  const folder = join(home, 'configuration');
  await mkdir(folder, { recursive: true });
  for (const name of (await readdir(demo)).filter((file) => file.endsWith('.yaml'))) {
    const text = (await readFile(join(demo, name), 'utf8'))
      .replaceAll('DEMO_CLIENT_ID', clientId)
      .replaceAll('DEMO_USERNAME', username);
    await writeFile(join(folder, name), stringify(placed(parse(text) as Document)));
  }
  await writeFile(join(folder, 'books.yaml'), stringify(books));
  await applyConfiguration(graphql, folder);
  return folder;
}

function placed(document: Document): Document {
  for (const connections of [document.sources, document.destinations])
    for (const [name, connection] of Object.entries(connections ?? {}))
      Object.assign(connection.settings, settings[name]);
  return document;
}
