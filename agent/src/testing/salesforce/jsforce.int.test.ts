// The vendor's own client for JavaScript, unmodified, against the server: what it can do works.
import { createSign } from 'node:crypto';
import jsforce from 'jsforce';
import { afterEach, expect, test } from 'vitest';
import { standardObjects } from './objects.js';
import { makeCredentials, openSalesforceServer } from './server.js';
import type { SalesforceServer } from './server.js';

const open: SalesforceServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function openServer(): Promise<SalesforceServer> {
  const server = await openSalesforceServer({ objects: standardObjects });
  open.push(server);
  return server;
}

async function connect(server: SalesforceServer): Promise<jsforce.Connection> {
  const { clientId, clientSecret } = server.credentials;
  const connection = new jsforce.Connection({
    oauth2: { loginUrl: server.url, clientId, clientSecret },
    version: '60.0',
  });
  await connection.authorize({ grant_type: 'client_credentials' });
  return connection;
}

function assertionOf(server: SalesforceServer, change: object = {}): string {
  const { clientId, username, privateKey } = server.credentials;
  const exp = Math.floor(Date.now() / 1000) + 120;
  const claims = {
    iss: clientId,
    sub: username,
    aud: 'https://login.salesforce.com',
    exp,
    ...change,
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'RS256' })}.${part(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
}

const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

test('signs in by client credentials, by a signed assertion, and by name and password', async () => {
  const server = await openServer();
  const { clientId, clientSecret, username, password } = server.credentials;
  const oauth2 = { loginUrl: server.url, clientId, clientSecret };
  const connection = new jsforce.Connection({ oauth2 });
  const user = await connection.authorize({ grant_type: 'client_credentials' });
  expect(user.organizationId).toMatch(/^00D/);
  await connection.authorize({ grant_type: bearer, assertion: assertionOf(server) });
  await connection.login(username, password);
  expect((await connection.describeGlobal()).sobjects.map(({ name }) => name)).toEqual([
    'Account',
    'Contact',
  ]);
});

test.each([
  ['of another audience', { aud: 'https://example.com' }, 'audience is invalid'],
  ['that is over', { exp: 1 }, 'expired authorization code'],
  ['without an end', { exp: undefined }, 'expired authorization code'],
  ['of an unknown app', { iss: 'x' }, 'client identifier invalid'],
  ['for an unknown user', { sub: 'x@example.com' }, "user hasn't approved this consumer"],
])('refuses an assertion %s', async (_, change, message) => {
  const server = await openServer();
  const connection = new jsforce.Connection({ oauth2: { loginUrl: server.url } });
  await expect(
    connection.authorize({ grant_type: bearer, assertion: assertionOf(server, change) }),
  ).rejects.toThrow(message);
});

test('refuses an assertion that somebody else signed', async () => {
  const server = await openServer();
  const { privateKey } = makeCredentials();
  const forged = { ...server, credentials: { ...server.credentials, privateKey } };
  const connection = new jsforce.Connection({ oauth2: { loginUrl: server.url } });
  await expect(
    connection.authorize({ grant_type: bearer, assertion: assertionOf(forged) }),
  ).rejects.toThrow('invalid assertion');
});

test('describes an object', async () => {
  const connection = await connect(await openServer());
  const { fields, keyPrefix } = await connection.describe('Contact');
  expect(keyPrefix).toBe('003');
  expect(fields.find(({ name }) => name === 'ExtId__c')).toMatchObject({
    type: 'string',
    length: 80,
    externalId: true,
    unique: true,
    idLookup: true,
    nillable: true,
  });
  expect(fields.find(({ name }) => name === 'AccountId')).toMatchObject({
    type: 'reference',
    referenceTo: ['Account'],
    relationshipName: 'Account',
  });
  await expect(connection.describe('Nothing')).rejects.toMatchObject({ errorCode: 'NOT_FOUND' });
});

test('creates, upserts, updates and deletes by collections, and tells of each record', async () => {
  const server = await openServer();
  const connection = await connect(server);
  const contacts = connection.sobject('Contact');
  const made = await contacts.create([{ LastName: 'Ada', ExtId__c: '1' }, { FirstName: 'Nobody' }]);
  expect(made[0]).toMatchObject({ success: true, errors: [] });
  expect(made[1]).toMatchObject({
    success: false,
    errors: [{ statusCode: 'REQUIRED_FIELD_MISSING', fields: ['LastName'] }],
  });
  const upserted = await contacts.upsert(
    [
      { LastName: 'Lovelace', ExtId__c: '1' },
      { LastName: 'Turing', ExtId__c: '2' },
    ],
    'ExtId__c',
  );
  expect(upserted.map(({ success, created }) => [success, created])).toEqual([
    [true, false],
    [true, true],
  ]);
  const id = upserted[1]!.id!;
  await contacts.update([{ Id: id, Email: 'alan@example.com' }]);
  expect(server.records('Contact').map(({ LastName, Email }) => [LastName, Email])).toEqual([
    ['Lovelace', null],
    ['Turing', 'alan@example.com'],
  ]);
  expect(await contacts.destroy([id, id])).toMatchObject([
    { id, success: true },
    { id, success: false, errors: [{ statusCode: 'ENTITY_IS_DELETED' }] },
  ]);
  expect(server.count('Contact')).toBe(1);
});

test('works on one record at a time', async () => {
  const connection = await connect(await openServer());
  const accounts = connection.sobject('Account');
  const { id } = await accounts.create({ Name: 'Analytical Engines', ExtId__c: 'ae' });
  await accounts.update({ Id: id!, Industry: 'Energy' });
  expect(await accounts.retrieve(id!)).toMatchObject({ Id: id, Industry: 'Energy' });
  await accounts.upsert({ Name: 'Engines', ExtId__c: 'ae' }, 'ExtId__c');
  expect(await accounts.findOne({ ExtId__c: 'ae' })).toMatchObject({ Id: id, Name: 'Engines' });
  await accounts.destroy(id!);
  await expect(accounts.retrieve(id!)).rejects.toMatchObject({ errorCode: 'ENTITY_IS_DELETED' });
});

test('queries with conditions, related fields and more pages than one', async () => {
  const server = await openServer();
  const connection = await connect(server);
  server.seed('Account', [{ Name: 'Engines', ExtId__c: 'ae' }]);
  server.seed(
    'Contact',
    Array.from({ length: 450 }, (_, n) => ({
      LastName: `Name ${n}`,
      ExtId__c: String(n),
      Account: { ExtId__c: 'ae' },
    })),
  );
  const some = await connection.query(
    `SELECT Id, LastName, Account.Name FROM Contact WHERE ExtId__c IN ('7', '8', 'x') AND LastName != 'Name 8'`,
  );
  expect(some).toMatchObject({
    totalSize: 1,
    done: true,
    records: [{ LastName: 'Name 7', Account: { Name: 'Engines' } }],
  });
  const all = await connection.query('SELECT Id FROM Contact', {
    autoFetch: true,
    headers: { 'Sforce-Query-Options': 'batchSize=200' },
  });
  expect(all.records).toHaveLength(450);
  expect(server.requests.filter(({ url }) => url.includes('/query'))).toHaveLength(4);
  await expect(connection.query('SELECT Nope FROM Contact')).rejects.toMatchObject({
    errorCode: 'INVALID_FIELD',
  });
  await expect(connection.query('SELECT FROM')).rejects.toMatchObject({
    errorCode: 'MALFORMED_QUERY',
  });
});

test('loads by Bulk API 2.0 and gets every row back in one of the three files', async () => {
  const server = await openServer();
  const connection = await connect(server);
  server.seed('Contact', [{ LastName: 'Old', ExtId__c: '1', Email: 'old@example.com' }]);
  const results = await connection.bulk2.loadAndWaitForResults({
    object: 'Contact',
    operation: 'upsert',
    externalIdFieldName: 'ExtId__c',
    input: 'ExtId__c,LastName,Email\n1,New,#N/A\n2,"Doe, ""J""",\n3,,x@example.com\n',
    pollInterval: 5,
  });
  expect(results.successfulResults).toMatchObject([
    { sf__Created: 'true', ExtId__c: '2', LastName: 'Doe, "J"', Email: '' },
    { sf__Created: 'false', ExtId__c: '1', LastName: 'New', Email: '#N/A' },
  ]);
  expect(results.failedResults).toMatchObject([
    {
      sf__Id: '',
      sf__Error: 'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --',
      ExtId__c: '3',
    },
  ]);
  expect(results.unprocessedRecords).toEqual([]);
  expect(server.records('Contact')).toMatchObject([
    { ExtId__c: '1', LastName: 'New', Email: null },
    { ExtId__c: '2', LastName: 'Doe, "J"' },
  ]);
});

test('signs in anew when its session has ended', async () => {
  const server = await openServer();
  const { username, password, clientId, clientSecret } = server.credentials;
  const connection = new jsforce.Connection({
    oauth2: { loginUrl: server.url, clientId, clientSecret },
  });
  await connection.login(username, password);
  server.trouble({ kind: 'expire' }, { like: /query/ });
  expect(await connection.query('SELECT Id FROM Contact')).toMatchObject({ totalSize: 0 });
  expect(server.requests.map(({ status }) => status)).toEqual([200, 401, 200, 200]);
  expect(connection.limitInfo.apiUsage).toEqual({ used: 1, limit: 1_000_000 });
});
