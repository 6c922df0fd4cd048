import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckConnectionSchema, create, DiscoverSchema, RunSyncSchema } from '@drawbridge/proto';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { systemClock } from '../clock.js';
import { guardSockets } from '../connector/journey.js';
import { loadRegistry } from '../connector/registry.js';
import { failureOf } from '../failure.js';
import type { Policy } from '../policy/policy.js';
import { destinationRule, policyOf, sourceRule } from '../policy/testing/rules.js';
import { Redaction } from '../secret/redaction.js';
import { HeldLease } from '../session/lease.js';
import { openHttpReceiver } from '../testing/http-receiver.js';
import type { HttpReceiver } from '../testing/http-receiver.js';
import { MemoryStore } from '../testing/memory-store.js';
import { openPostgresFixture } from '../testing/postgres.js';
import type { PostgresFixture } from '../testing/postgres.js';
import { runSyncOf } from '../testing/wire-sync.js';
import { prepareCheck } from './check-job.js';
import { prepareDiscovery } from './discover-job.js';
import { Limiters } from './limiters.js';
import { prepareSync } from './sync-job.js';
import type { Result, Tools, Work } from './work.js';

// What the customer forbids is not done, whatever the control plane asks for: by real jobs, against real servers, with
// the sockets guarded as in the agent.

let fixture: PostgresFixture;
let receiver: HttpReceiver;
let listener: Server;
let port: number;
let opened = 0;
let folder: string;
let store: MemoryStore;
const resolved: string[] = [];

beforeAll(async () => {
  // The servers of this test are in the same process, and belong to no job.
  await guardSockets('own');
  fixture = await openPostgresFixture(inject('postgresUrl'));
  await fixture.client.query(`
    create schema marts; create schema raw;
    create table marts.person as select n as id, 'n' || n as name, 's' || n as ssn from generate_series(1, 20) n;
    create table raw.person as select n as id, 's' || n as ssn from generate_series(1, 20) n;
    create view marts.masked as select id, name from marts.person;
    create view marts.over_raw as select id, 'x' as name from raw.person;
    create function marts.peek() returns setof bigint language plpgsql parallel safe
      as $$ begin return query select id::bigint from raw.person; end $$`);
  receiver = await openHttpReceiver(() => ({ status: 200, body: '{}' }));
  listener = createServer((socket) => {
    opened += 1;
    socket.on('error', () => undefined);
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  ({ port } = listener.address() as AddressInfo);
  folder = await mkdtemp(join(tmpdir(), 'policy-'));
});
afterAll(async () => {
  await receiver.close();
  await new Promise((resolve) => listener.close(resolve));
  await fixture.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  opened = 0;
  resolved.length = 0;
  receiver.received.length = 0;
  store = new MemoryStore();
});

const loopback = ['127.0.0.0/8', '::1'];
/** What these jobs need, and no more. */
const fitting = (change: Partial<Policy> = {}): Policy =>
  policyOf({
    sources: [sourceRule({ hosts: [fixture.settings.host] })],
    destinations: [destinationRule({ hosts: ['127.0.0.1'], operations: ['upsert', 'delete'] })],
    networks: loopback,
    ...change,
  });

async function toolsOf(policy: Policy | undefined): Promise<Tools> {
  return {
    registry: await loadRegistry(),
    resolveSecret: async (reference) => {
      resolved.push(reference);
      return fixture.secrets.password;
    },
    redaction: new Redaction(),
    openStore: () => Object.assign(store, { close: () => undefined }),
    limiters: new Limiters(systemClock),
    ...(policy && { policy: { policy, digest: 'ab'.repeat(32) } }),
    isDiscoveryOn: true,
    jobsDir: folder,
    cacheDir: folder,
    memoryMiB: 256,
    clock: systemClock,
  };
}

async function done(work: Work, signal = new AbortController().signal): Promise<Result> {
  const lease = new HeldLease({ jobId: crypto.randomUUID(), epoch: 1n }, systemClock);
  lease.renew(systemClock.monotonicMs() + 60_000);
  try {
    return await work.run({
      lease,
      onProgress: () => undefined,
      signal,
    });
  } finally {
    lease.release();
  }
}

interface Yaml {
  model?: string;
  source?: string;
  baseUrl?: string;
  sync?: string;
}

const yamlOf = ({
  model = 'table: marts.person',
  source,
  baseUrl = receiver.url,
  sync = '',
}: Yaml): string => {
  const { host, port: at, database, user } = fixture.settings;
  return `
sources:
  warehouse:
    type: postgres
    settings: ${source ?? `{ host: ${host}, port: ${at}, database: ${database}, user: ${user}, ssl: disable }`}
    secrets: { password: env:WAREHOUSE_PASSWORD }
destinations:
  crm: { type: http, settings: { baseUrl: "${baseUrl}" } }
models:
  people: { source: warehouse, primaryKey: [id], ${model} }
syncs:
  to-crm:
    model: people
    destination: crm
    object: contacts
    mode: mirror
    onRemoved: delete
    key: { id: id }
    fields: { name: name }
    options: { removed: { url: contacts } }
    schedule: manual
    ${sync}
`;
};

/** The code that a run of the sync ends with; undefined when it did what it was asked. */
async function codeOfRun(yaml: Yaml, policy: Policy | undefined): Promise<string | undefined> {
  const tools = await toolsOf(policy);
  try {
    const { value } = runSyncOf(yamlOf(yaml), 'to-crm');
    const result = await done(prepareSync(create(RunSyncSchema, value), tools));
    return result.case === 'syncReport' ? result.value.failure?.code : result.case;
  } catch (error) {
    return failureOf(error).code;
  }
}

it('a run that is allowed does what it did without a policy, and tells the policy’s digest', async () => {
  expect(await codeOfRun({}, undefined)).toBeUndefined();
  const sent = receiver.received.length;
  expect(sent).toBe(20);
  store = new MemoryStore();
  const { value } = runSyncOf(yamlOf({}), 'to-crm');
  const result = await done(prepareSync(create(RunSyncSchema, value), await toolsOf(fitting())));
  expect(result).toMatchObject({
    case: 'syncReport',
    value: { policyDigest: 'ab'.repeat(32), counts: { sent: 20n } },
  });
  expect(receiver.received.length).toBe(2 * sent);
});

it.each<[string, string, Yaml, Partial<Policy>]>([
  ['policy.connection_forbidden', 'no rule', {}, { sources: [] }],
  ['policy.connection_forbidden', 'no rule for the destination', {}, { destinations: [] }],
  [
    'policy.type_forbidden',
    'another type',
    {},
    { sources: [sourceRule({ types: ['snowflake'] })] },
  ],
  [
    'policy.host_forbidden',
    'a source elsewhere',
    {},
    { sources: [sourceRule({ hosts: ['db.internal'] })] },
  ],
  ['policy.host_forbidden', 'a destination elsewhere', { baseUrl: 'https://evil.example/' }, {}],
  [
    'policy.secret_forbidden',
    'another secret',
    {},
    { sources: [sourceRule({ hosts: ['*'], secrets: ['env:X'] })] },
  ],
  [
    'policy.model_forbidden',
    'SQL',
    { model: 'sql: select 1 as id' },
    { sources: [sourceRule({ hosts: ['*'], models: ['table'] })] },
  ],
  [
    'policy.table_forbidden',
    'another table',
    { model: 'table: raw.person' },
    { sources: [sourceRule({ hosts: ['*'], tables: ['marts.*'] })] },
  ],
  [
    'policy.column_forbidden',
    'a denied column',
    {},
    { sources: [sourceRule({ hosts: ['*'], deniedColumns: ['NAME'] })] },
  ],
  [
    'policy.object_forbidden',
    'another object',
    {},
    { destinations: [destinationRule({ hosts: ['*'], objects: ['leads'] })] },
  ],
  [
    'policy.object_forbidden',
    'another URL in the options',
    { sync: '' },
    {
      destinations: [
        destinationRule({ hosts: ['*'], objects: ['contact'], operations: ['upsert', 'delete'] }),
      ],
    },
  ],
  [
    'policy.operation_forbidden',
    'a removal',
    {},
    { destinations: [destinationRule({ hosts: ['*'] })] },
  ],
])('%s: a run with %s opens nothing, and asks for no secret', async (code, _, yaml, policy) => {
  const source = `{ host: 127.0.0.1, port: ${port}, database: d, user: u, ssl: disable }`;
  const asked = { source, baseUrl: `http://127.0.0.1:${port}/`, ...yaml };
  expect(await codeOfRun(asked, fitting(policy))).toBe(code);
  expect([opened, resolved, store.objects.size]).toEqual([0, [], 0]);
});

it('the same run without a policy opens something', async () => {
  const source = `{ host: 127.0.0.1, port: ${port}, database: d, user: u, ssl: disable }`;
  await codeOfRun({ source, baseUrl: `http://127.0.0.1:${port}/` }, undefined);
  expect(opened).toBeGreaterThan(0);
  expect(resolved).toEqual(['env:WAREHOUSE_PASSWORD']);
});

const text = (name: string, value: string) => ({ name, value: { case: 'text' as const, value } });
const number = (name: string, value: number) => ({
  name,
  value: { case: 'number' as const, value },
});
const postgresThere = () => ({
  settings: [
    text('host', 'localhost'),
    number('port', port),
    text('database', 'd'),
    text('user', 'u'),
    text('ssl', 'disable'),
  ],
});
const connections: readonly [string, 'source' | 'destination', () => object][] = [
  ['postgres', 'source', postgresThere],
  ['postgres', 'destination', postgresThere],
  ['http', 'destination', () => ({ settings: [text('baseUrl', `http://localhost:${port}/`)] })],
  [
    'redis',
    'destination',
    () => ({ settings: [text('host', 'localhost'), number('port', port), text('tls', 'disable')] }),
  ],
  [
    'nats',
    'destination',
    () => ({
      settings: [
        {
          name: 'servers',
          value: { case: 'list' as const, value: { texts: [`localhost:${port}`] } },
        },
        text('auth', 'none'),
        text('tls', 'disable'),
      ],
    }),
  ],
  [
    'slack',
    'destination',
    () => ({
      settings: [text('apiUrl', `http://localhost:${port}/`)],
      secrets: [{ name: 'token', reference: 'env:T' }],
    }),
  ],
  [
    'snowflake',
    'source',
    () => ({
      settings: [
        text('account', 'acme'),
        text('url', `http://localhost:${port}`),
        text('user', 'u'),
        text('signIn', 'password'),
      ],
      secrets: [{ name: 'password', reference: 'env:T' }],
    }),
  ],
  [
    's3',
    'destination',
    () => ({
      settings: [text('bucket', 'acme'), text('endpoint', `http://localhost:${port}`)],
      secrets: [
        { name: 'accessKeyId', reference: 'env:T' },
        { name: 'secretAccessKey', reference: 'env:T' },
      ],
    }),
  ],
];

it.each(connections)(
  '%s as a %s: a check goes to no host and no address that is not named, and to both that are',
  async (type, side, given) => {
    const asked = create(CheckConnectionSchema, {
      connection: { case: side, value: { name: 'c', type, ...given() } },
    });
    const rules = (hosts: string[]): Partial<Policy> => {
      const rule = { connections: ['c'], types: [type], hosts, secrets: ['env:T'] };
      return { sources: [sourceRule(rule)], destinations: [destinationRule(rule)] };
    };
    const elsewhere = await toolsOf(
      policyOf({ ...rules(['elsewhere.example']), networks: loopback }),
    );
    expect(() => prepareCheck(asked, elsewhere)).toThrow(
      expect.objectContaining({ code: 'policy.host_forbidden', kind: 'CONFIG' }),
    );
    const tools = await toolsOf(policyOf(rules(['localhost'])));
    expect(await done(prepareCheck(asked, tools))).toMatchObject({
      value: { failure: { code: 'policy.address_blocked' } },
    });
    expect(opened).toBe(0);
    const named = await toolsOf(policyOf({ ...rules(['localhost']), networks: loopback }));
    const stop = new AbortController();
    listener.once('connection', () => stop.abort());
    await done(prepareCheck(asked, named), stop.signal).catch(() => undefined);
    expect(opened).toBeGreaterThan(0);
  },
);

it('lists what is allowed, and nothing else', async () => {
  const { host, port: at, database, user } = fixture.settings;
  const settings = [
    text('host', host),
    number('port', at),
    text('database', database),
    text('user', user),
    text('ssl', 'disable'),
  ];
  const secrets = [{ name: 'password', reference: 'env:WAREHOUSE_PASSWORD' }];
  const rule = sourceRule({ hosts: [host], tables: ['marts.person'], deniedColumns: ['ssn'] });
  const tools = await toolsOf(fitting({ sources: [rule] }));
  const list = async (path: string[]) => {
    const value = { name: 'warehouse', type: 'postgres', settings, secrets };
    const asked = create(DiscoverSchema, { connection: { case: 'source', value }, path });
    const result = await done(prepareDiscovery(asked, tools));
    if (result.case !== 'discovery') throw new TypeError(result.case);
    return result.value.failure?.code ?? result.value.entries?.map(({ name }) => name);
  };
  expect(await list([])).toEqual(['marts']);
  expect(await list(['marts'])).toEqual(['person']);
  expect(await list(['marts', 'person'])).toEqual(['id', 'name']);
  expect(await list(['raw'])).toBe('policy.name_forbidden');
  expect(await list(['raw', 'person'])).toBe('policy.name_forbidden');
});

const martsAlone = () => fitting({ sources: [sourceRule({ hosts: ['*'], tables: ['marts.*'] })] });
it.each<[string | undefined, string]>([
  [undefined, 'select id, name from marts.person'],
  [undefined, 'select id, name from marts.masked'],
  [
    undefined,
    `select id, upper(name) as name from marts.person where id in (select id from marts.person)`,
  ],
  ['policy.table_forbidden', `select id, ssn as name from raw.person`],
  ['policy.table_forbidden', `select id, name from marts.over_raw`],
  [
    'policy.table_forbidden',
    `select p.id, p.name from marts.person p left join raw.person r on false`,
  ],
  ['policy.table_forbidden', `with r as (select * from raw.person) select id, ssn as name from r`],
  [
    'policy.table_forbidden',
    `select id, (select max(ssn) from raw.person) as name from marts.person`,
  ],
  ['policy.table_forbidden', `select id, name from marts.person where exists (table raw.person)`],
  [
    'policy.table_forbidden',
    `select id, name from marts.person where false union all select id, ssn from "raw"."person"`,
  ],
  ['policy.table_forbidden', `select id, 'x' as name from marts.peek() as id`],
  ['policy.table_forbidden', `select id, name from marts.person where id in (select marts.peek())`],
  [
    'policy.table_forbidden',
    `select starelid::int as id, 'x' as name from pg_catalog.pg_statistic`,
  ],
  ['policy.table_forbidden', `select 1 as id, relname as name from pg_class`],
  ['policy.table_forbidden', `select 1 as id, table_name as name from information_schema.tables`],
])('of SQL the database says what it reads: %s for %s', async (code, sql) => {
  expect(await codeOfRun({ model: `sql: ${JSON.stringify(sql)}` }, martsAlone())).toBe(code);
  expect(receiver.received.length).toBe(code ? 0 : 20);
});

const noSsn = () =>
  fitting({ sources: [sourceRule({ hosts: ['*'], deniedColumns: ['ssn', 'marts.person.name'] })] });
it.each<[string | undefined, string]>([
  [undefined, 'select id, id as name from marts.person'],
  [undefined, 'select id, name from (select id, name from marts.masked order by 1) m'],
  ['policy.column_forbidden', 'select id, ssn as name from raw.person'],
  ['policy.column_forbidden', 'select id, name from (select id, name from marts.person) p'],
  [
    'policy.column_forbidden',
    'with a as (select id, ssn as x from raw.person) select id, x as name from a',
  ],
  ['policy.column_forbidden', 'select id, id as name, ssn from raw.person'],
  ['policy.column_computed', `select id, ssn || '' as name from raw.person`],
  ['policy.column_computed', `select id, to_jsonb(p)->>'ssn' as name from raw.person p`],
  [
    'policy.column_computed',
    'select id, ssn as name from raw.person union select id, ssn from raw.person',
  ],
])('of a column the database says where it is from: %s for %s', async (code, sql) => {
  expect(await codeOfRun({ model: `sql: ${JSON.stringify(sql)}` }, noSsn())).toBe(code);
  expect(receiver.received.length).toBe(code ? 0 : 20);
});

it('rows over a limit send nothing', async () => {
  const reading = (maxRows: number) =>
    fitting({ sources: [sourceRule({ hosts: ['*'], maxRows })] });
  expect(await codeOfRun({}, reading(19))).toBe('policy.too_many_rows_read');
  const writing = (maxRows: number, maxRemovedPercent = 10): Policy =>
    fitting({
      destinations: [
        destinationRule({
          hosts: ['*'],
          operations: ['upsert', 'delete'],
          maxRows,
          maxRemovedPercent,
        }),
      ],
    });
  expect(await codeOfRun({}, writing(19))).toBe('policy.too_many_rows_sent');
  expect(receiver.received).toEqual([]);
  expect(await codeOfRun({}, reading(20))).toBeUndefined();
  store = new MemoryStore();
  expect(await codeOfRun({}, writing(20))).toBeUndefined();
  expect(receiver.received.length).toBe(40);
});
