import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, expect, inject, it, vi } from 'vitest';
import { searchFor } from '../testing/canary.js';
import { openCanaryVendors } from '../testing/canary-vendors.js';
import type { CanaryVendors } from '../testing/canary-vendors.js';
import { openWhole } from '../testing/whole.js';
import type { Whole } from '../testing/whole.js';

type Places = [place: string, bytes: Buffer][];

/** One unique value of every kind that a row can hold. */
function makeCanaries(): Record<string, string> {
  const word = (): string => randomBytes(9).toString('hex');
  return {
    key: String(200_000_000_000_000_000n + BigInt(randomInt(2 ** 40))),
    text: `canary-${word()} Zürich "quoted"`,
    email: `${word()}@canary.example`,
    decimal: `${randomInt(1e9, 9e9)}${randomInt(1e9, 9e9)}.${randomInt(1e6, 9e6)}`,
    uuid: randomUUID(),
    json: `canary-json-${word()}`,
    token: word().toUpperCase(),
  };
}

async function fillWarehouse(whole: Whole, canaries: Record<string, string>): Promise<void> {
  const { key, text, email, decimal, uuid, json, token } = canaries;
  await whole.warehouse.query(`create table person
    (id bigint, note text, email text, amount numeric, code uuid, doc jsonb, token text, secret bytea)`);
  await whole.warehouse.query(
    `insert into person values ($1, $2, $3, $4, $5, jsonb_build_object('word', $6::text), $7, convert_to($2, 'UTF8')),
       (1, 'plain', 'plain@example.org', 1, null, null, 'plain', null)`,
    [key, text, email, decimal, uuid, json, token],
  );
}

/** Destinations that refuse the row and quote it while they do. */
async function makeTargets(whole: Whole, canaries: Record<string, string>): Promise<void> {
  await whole.target.query(
    'create table good (id bigint primary key, note text, email text, amount numeric, code uuid, doc jsonb, token text, secret bytea)',
  );
  await whole.target.query('create table unique_email (id bigint primary key, email text unique)');
  await whole.target.query('insert into unique_email values (7, $1)', [canaries.email]);
  await whole.target.query('create table number_wanted (id bigint primary key, token int)');
  await whole.target.query(
    `create table checked (id bigint primary key, note text check (note = 'plain'))`,
  );
}

/** Says no to every request, in the words of the request. */
async function openEcho(): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => {
      response.writeHead(422, { 'content-type': 'application/json', 'x-echo': request.url ?? '' });
      response.end(JSON.stringify({ error: `cannot take ${Buffer.concat(body).toString()}` }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

const configuration = (
  connections: string,
  { echoUrl, vendors }: { echoUrl: string; vendors: CanaryVendors },
): string => `${connections}${vendors.destinations}  echo: { type: http, pool: default, settings: { baseUrl: "${echoUrl}" } }
models:
  people: { source: warehouse, primaryKey: [id], table: public.person }
  by-token: { source: warehouse, primaryKey: [token], sql: "select token, id from person" }
  broken: { source: warehouse, primaryKey: [id], sql: "select id, token::int as token from person" }
syncs:
  good: { model: people, destination: target, object: public.good, mode: mirror, key: { id: id }, fields: { note: note, email: email, amount: amount, code: code, doc: doc, secret: secret, token: { template: "{{ token }}" } } }
  unique-email: { model: people, destination: target, object: public.unique_email, mode: upsert, key: { id: id }, fields: { email: email } }
  number-wanted: { model: people, destination: target, object: public.number_wanted, mode: upsert, key: { id: id }, fields: { token: token } }
  checked: { model: people, destination: target, object: public.checked, mode: upsert, key: { id: id }, fields: { note: note } }
  bad-key: { model: by-token, destination: target, object: public.number_wanted, mode: upsert, key: { id: token }, fields: {} }
  bad-query: { model: broken, destination: target, object: public.number_wanted, mode: upsert, key: { id: id }, fields: { token: token } }
  to-echo: { model: people, destination: echo, object: people, mode: upsert, key: { id: id }, fields: { note: note, email: email, amount: amount, doc: doc } }
${vendors.syncs}`;

const expected: Record<string, string> = {
  good: 'succeeded',
  'unique-email': 'completed_with_errors',
  'number-wanted': 'completed_with_errors',
  checked: 'completed_with_errors',
  'bad-key': 'completed_with_errors',
  'bad-query': 'failed',
  'to-echo': 'completed_with_errors',
};

/** Everything that the control plane holds or says, and everything that passed the line. */
async function controlPlanePlaces(whole: Whole): Promise<Places> {
  return [
    ...(await dump(whole.product.databaseUrl)),
    ['log of the control plane', await readFile(whole.product.controlPlane.logFile)],
    ['log of the agent', await readFile(whole.product.agents[0]!.logFile)],
    ...whole.tap.frames.map(({ from, bytes }, n): Places[number] => [
      `frame ${n} from ${from}`,
      bytes,
    ]),
    ['metrics', await httpGet(`${whole.product.url}/metrics`)],
    ['GraphQL', Buffer.from(JSON.stringify(await everyRun(whole)))],
  ];
}

/** Every row of every table, as text and as JSON. */
async function dump(url: string): Promise<Places> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: tables } = await client.query<{
    name: string;
  }>(`select format('%I.%I', schemaname, tablename) as name
    from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`);
  const places: Places = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(
      `select t::text || to_jsonb(t)::text as row from ${name} as t`,
    );
    places.push([`table ${name}`, Buffer.from(rows.map(({ row }) => row).join('\n'))]);
  }
  await client.end();
  return places;
}

/** Whoever looks in the wrong place finds nothing: what the control plane must hold is found in each place. */
function expectWatched(places: Places): void {
  const found = searchFor({ sync: 'number-wanted' }, places).map(({ place }) => place);
  for (const place of ['table public."Sync"', 'GraphQL']) expect(found).toContain(place);
  expect(found.some((place) => place.endsWith('from control-plane'))).toBe(true);
  for (const place of ['log of the control plane', 'log of the agent', 'metrics'])
    expect(
      places.find(([name]) => name === place)?.[1].length,
      `${place} is not empty`,
    ).toBeGreaterThan(200);
  expect(places.filter(([place]) => place.startsWith('table ')).length).toBeGreaterThan(15);
}

async function httpGet(url: string): Promise<Buffer> {
  const response = await fetch(url);
  return Buffer.from(await response.arrayBuffer());
}

async function everyRun(whole: Whole): Promise<unknown> {
  return whole.product.graphql(`{ runs(first: 100) { edges { node { id sync state phase
    errors { code vendorCode count errorId title advice } failure { code vendorCode errorId title advice }
    baseline { key sha256 } } } } agents { edges { node { id pool version } } } configuration { path text } }`);
}

async function bucketTexts(folder: string): Promise<Buffer> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const bodies = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name))),
  );
  return Buffer.concat(bodies);
}

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function openCanaries(
  leaks: Partial<Record<'agentEnv' | 'controlPlaneEnv', Record<string, string>>> = {},
): Promise<{ whole: Whole; canaries: Record<string, string>; vendors: CanaryVendors }> {
  const vendors = await openCanaryVendors();
  closing.push(() => vendors.close());
  const whole = await openWhole({
    postgresUrl: inject('postgresUrl'),
    ...leaks,
    agentEnv: { ...vendors.agentEnv, ...leaks.agentEnv },
    tapped: true,
  });
  const echo = await openEcho();
  closing.push(async () => {
    echo.close();
    await whole.close();
  });
  const canaries = makeCanaries();
  await fillWarehouse(whole, canaries);
  await makeTargets(whole, canaries);
  await whole.apply(configuration(whole.connections, { echoUrl: echo.url, vendors }));
  return { whole, canaries, vendors };
}

it('keeps every value of a row out of the control plane, also when destinations quote it', async () => {
  const { whole, canaries, vendors } = await openCanaries();
  for (const [sync, state] of Object.entries({ ...expected, ...vendors.expected })) {
    const run = await whole.run(sync);
    expect({ sync, state: run.state }).toEqual({ sync, state });
  }
  const places = await controlPlanePlaces(whole);
  expectWatched(places);
  expect(searchFor(canaries, places)).toEqual([]);

  // The values did travel, and the texts that quote them are where they belong.
  const { rows } = await whole.target.query(
    'select note, email, doc, secret from good where token = $1',
    [canaries.token],
  );
  expect(rows).toEqual([
    {
      note: canaries.text,
      email: canaries.email,
      doc: { word: canaries.json },
      secret: Buffer.from(canaries.text!),
    },
  ]);
  const kept = await bucketTexts(whole.bucketDirectory);
  expect(kept.includes(canaries.email!), 'the text of the duplicate key').toBe(true);
  expect(kept.includes(canaries.token!), 'the value that the picklist does not have').toBe(true);
  expect(whole.tap.frames.length).toBeGreaterThan(20);
});

/** The environment of a program that a leak was planted in. */
const leaking = (file: string): Record<string, string> => ({
  NODE_OPTIONS: `--import=${new URL(`../../src/e2e/${file}`, import.meta.url).href}`,
});

it('finds leaks that were planted', async () => {
  const { whole, canaries } = await openCanaries({
    agentEnv: leaking('planted-leak.mjs'),
    controlPlaneEnv: leaking('planted-log-leak.mjs'),
  });
  // What it says is no frame, so the line is cut and the run never gets far; we look as soon as it has said it.
  await whole.start('number-wanted');
  const places = async (): Promise<string[]> =>
    searchFor(canaries, await controlPlanePlaces(whole)).map(({ place }) =>
      place.replace(/\d+/, 'n'),
    );
  await vi.waitFor(
    async () =>
      expect(await places()).toEqual(
        expect.arrayContaining([
          'log of the agent',
          'frame n from agent',
          'log of the control plane',
        ]),
      ),
    { timeout: 60_000, interval: 250 },
  );
});
