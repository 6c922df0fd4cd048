// The demo's databases, side by side on one server: the warehouse that is read, two destinations that are written,
// and the control plane's own. Roles have the least rights that the connectors' READMEs name.
import pg from 'pg';
import type { Postgres } from '../postgres.js';

export interface Passwords {
  reader: string;
  writer: string;
}

export interface Databases {
  warehouse: pg.Client;
  app: pg.Client;
  /** A pool, because requests come several at a time. */
  receiver: pg.Pool;
  close(): Promise<void>;
}

export async function openDatabases(postgres: Postgres, passwords: Passwords): Promise<Databases> {
  const server = await connect(postgres.url());
  for (const name of ['drawbridge', 'warehouse', 'app', 'receiver'])
    if (!(await has(server, 'select from pg_database where datname = $1', name)))
      await server.query(`create database ${name}`);
  await makeRole(server, 'drawbridge_reader', passwords.reader);
  await makeRole(server, 'drawbridge_writer', passwords.writer);
  await server.end();
  const warehouse = await connect(postgres.url('warehouse'));
  const app = await connect(postgres.url('app'));
  const receiver = new pg.Pool({ connectionString: postgres.url('receiver'), max: 4 });
  receiver.on('error', () => undefined);
  await app.query(appSql);
  await receiver.query(receiverSql);
  return {
    warehouse,
    app,
    receiver,
    close: async () => {
      await Promise.all([warehouse.end(), app.end(), receiver.end()]);
    },
  };
}

const appSql = `
  create table if not exists place (
    id bigint primary key, name text not null, label text not null, country text not null,
    population bigint not null, latitude numeric(8, 5) not null, longitude numeric(8, 5) not null,
    origin text not null, synced_at timestamptz not null);
  grant temporary on database app to drawbridge_writer;
  grant usage on schema public to drawbridge_writer;
  grant select, insert, update, delete on place to drawbridge_writer`;

const receiverSql = `
  create table if not exists city (
    id bigint primary key, body jsonb not null, received_at timestamptz not null default now());
  create table if not exists request (
    id bigint generated always as identity primary key, received_at timestamptz not null default now(),
    what text not null, taken int not null, refused int not null)`;

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // The server is stopped after its clients; when it goes earlier, whoever asks next is told.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function makeRole(server: pg.Client, name: string, password: string): Promise<void> {
  if (await has(server, 'select from pg_roles where rolname = $1', name)) return;
  await server.query(`create role ${name} login password ${pg.escapeLiteral(password)}`);
}

async function has(server: pg.Client, sql: string, name: string): Promise<boolean> {
  return ((await server.query(sql, [name])).rowCount ?? 0) > 0;
}
