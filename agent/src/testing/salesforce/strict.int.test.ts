// What Salesforce refuses is refused, with its code; what it takes is taken.
import { afterEach, expect, test } from 'vitest';
import { openCaller } from './caller.js';
import type { Call } from './caller.js';
import { standardObjects } from './objects.js';
import type { ObjectSetting } from './schema.js';
import { openSalesforceServer } from './server.js';
import type { SalesforceServer } from './server.js';

const open: SalesforceServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function openBoth(
  objects: readonly ObjectSetting[] = standardObjects,
): Promise<{ server: SalesforceServer; call: Call }> {
  const server = await openSalesforceServer({ objects });
  open.push(server);
  return { server, call: await openCaller(server) };
}

const contact = (fields: object): object => ({ attributes: { type: 'Contact' }, ...fields });

async function createOne(call: Call, fields: object): Promise<unknown> {
  const { body } = await call('POST', 'composite/sobjects', { records: [contact(fields)] });
  return body;
}

const refusedWith = (statusCode: string, fields: string[] = [], message = ''): unknown => [
  {
    success: false,
    errors: [{ statusCode, fields, message: expect.stringContaining(message) as unknown }],
  },
];

test.each([
  [{ FirstName: 'x' }, 'REQUIRED_FIELD_MISSING', ['LastName']],
  [{ LastName: '' }, 'REQUIRED_FIELD_MISSING', ['LastName']],
  [{ LastName: 'x'.repeat(81) }, 'STRING_TOO_LONG', ['LastName']],
  [{ LastName: 'x', Email: 'not an address' }, 'INVALID_EMAIL_ADDRESS', ['Email']],
  [{ LastName: 'x', Tier__c: 'tin' }, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', ['Tier__c']],
  [
    { LastName: 'x', Topics__c: 'news;x' },
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    ['Topics__c'],
  ],
  [{ LastName: 'x', Score__c: 1e15 }, 'NUMBER_OUTSIDE_VALID_RANGE', ['Score__c']],
  [{ LastName: 'x', AccountId: 'x' }, 'MALFORMED_ID', ['AccountId']],
  [
    { LastName: 'x', AccountId: '0015g0000000009AAA' },
    'INVALID_CROSS_REFERENCE_KEY',
    ['AccountId'],
  ],
  [
    { LastName: 'x', CreatedDate: '2026-01-01T00:00:00Z' },
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    ['CreatedDate'],
  ],
  [{ LastName: 'x', Account: { ExtId__c: '9' } }, 'INVALID_FIELD', []],
])('%j is refused as %s', async (fields, code, names) => {
  const { server, call } = await openBoth();
  expect(await createOne(call, fields)).toMatchObject(refusedWith(code, names) as object[]);
  expect(server.count('Contact')).toBe(0);
});

test.each([
  [{ Nope__c: 1 }, 'INVALID_FIELD', "No such column 'Nope__c' on sobject of type Contact"],
  [
    { Birthdate: '01.02.2003' },
    'JSON_PARSER_ERROR',
    'instance of date from VALUE_STRING value 01.02.2003',
  ],
  [{ Birthdate: '2003-02-30' }, 'JSON_PARSER_ERROR', 'instance of date'],
  [{ LastSeen__c: '2026-01-02 03:04:05' }, 'JSON_PARSER_ERROR', 'instance of datetime'],
  [{ DoNotCall: null }, 'JSON_PARSER_ERROR', 'instance of boolean from VALUE_NULL'],
  [{ Score__c: 'much' }, 'JSON_PARSER_ERROR', 'instance of double from VALUE_STRING'],
  [{ LastName: 7 }, 'JSON_PARSER_ERROR', 'instance of string from VALUE_NUMBER_INT'],
  [{ Topics__c: ['news'] }, 'JSON_PARSER_ERROR', 'instance of multipicklist from START_ARRAY'],
])('%j refuses the request whole', async (fields, errorCode, message) => {
  const { server, call } = await openBoth();
  const records = [contact({ LastName: 'fine' }), contact({ LastName: 'x', ...fields })];
  const { status, body } = await call('POST', 'composite/sobjects', { records });
  expect(status).toBe(400);
  expect(body).toMatchObject([{ errorCode, message: expect.stringContaining(message) as unknown }]);
  expect(server.count('Contact')).toBe(0);
});

test('values are kept as Salesforce gives them out', async () => {
  const { server, call } = await openBoth();
  const [accountId] = server.seed('Account', [{ Name: 'Engines', ExtId__c: 'AE' }]);
  await createOne(call, {
    lastname: ' Lovelace ',
    Birthdate: '1815-12-10',
    LastSeen__c: '2026-01-02T03:04:05.6+02:00',
    Topics__c: 'events; news;news',
    Score__c: 1.5,
    Account: { ExtId__c: 'ae' },
    Email: '',
  });
  expect(server.records('Contact')).toMatchObject([
    {
      LastName: ' Lovelace ',
      Birthdate: '1815-12-10',
      LastSeen__c: '2026-01-02T01:04:05.600+0000',
      Topics__c: 'events;news',
      Score__c: 1.5,
      AccountId: accountId,
      Email: null,
      DoNotCall: false,
    },
  ]);
});

test('a reference to one of several objects is told which', async () => {
  const key = { name: 'ExtId__c', type: 'string', externalId: true, unique: true } as const;
  const owner = { referenceTo: ['User', 'Group'], relationshipName: 'Owner' };
  const { server, call } = await openBoth([
    { name: 'User', fields: [key] },
    { name: 'Group', keyPrefix: '00G', fields: [key] },
    { name: 'Contact', fields: [key, { name: 'OwnerId', type: 'reference', ...owner }] },
  ]);
  const [id] = server.seed('Group', [{ ExtId__c: 'g' }]);
  expect(await createOne(call, { Owner: { ExtId__c: 'g' } })).toMatchObject(
    refusedWith('INVALID_FIELD') as object[],
  );
  await createOne(call, { Owner: { attributes: { type: 'Group' }, ExtId__c: 'g' } });
  expect(server.records('Contact')).toMatchObject([{ OwnerId: id }]);
});

test('an external id that several records have is answered with 300, and refuses a record', async () => {
  const [account] = standardObjects;
  const fields = account!.fields.map((field) => ({ ...field, unique: false }));
  const { server, call } = await openBoth([{ ...account!, fields }]);
  const ids = server.seed('Account', [
    { Name: 'a', ExtId__c: '1' },
    { Name: 'b', ExtId__c: '1' },
  ]);
  const { status, body } = await call('PATCH', 'sobjects/Account/ExtId__c/1', { Name: 'c' });
  expect(status).toBe(300);
  expect(body).toEqual(ids.map((id) => `/services/data/v60.0/sobjects/Account/${id}`));
  const records = [{ attributes: { type: 'Account' }, Name: 'c', ExtId__c: '1' }];
  expect(
    (await call('PATCH', 'composite/sobjects/Account/ExtId__c', { records })).body,
  ).toMatchObject(refusedWith('DUPLICATE_EXTERNAL_ID', [], ids.join(', ')) as object[]);
});

test('a key that comes twice in a request, in capitals too, is taken once', async () => {
  const { server, call } = await openBoth();
  const records = ['a', 'b', 'A'].map((ExtId__c) => contact({ LastName: ExtId__c, ExtId__c }));
  const { body } = await call('PATCH', 'composite/sobjects/Contact/ExtId__c', { records });
  expect(body).toMatchObject([
    { success: true, created: true },
    { success: true, created: true },
    { success: false, errors: [{ statusCode: 'DUPLICATE_VALUE' }] },
  ]);
  expect(server.count('Contact')).toBe(2);
});

test('a unique value is had by one record', async () => {
  const { server, call } = await openBoth();
  const [id] = server.seed('Contact', [{ LastName: 'a', ExtId__c: '1' }]);
  expect(await createOne(call, { LastName: 'b', ExtId__c: '1' })).toMatchObject(
    refusedWith('DUPLICATE_VALUE', [], `duplicates value on record with id: ${id}`) as object[],
  );
});

test('ids that are malformed, of another object, deleted or unknown are told apart', async () => {
  const { server, call } = await openBoth();
  const [gone] = server.seed('Contact', [{ LastName: 'a' }]);
  const [account] = server.seed('Account', [{ Name: 'a' }]);
  await call('DELETE', `composite/sobjects?ids=${gone}`);
  const ids = ['x', account, gone, '0035g0000000009AAA'];
  const records = ids.map((id) => contact({ id, LastName: 'b' }));
  const { body } = await call('PATCH', 'composite/sobjects', { records });
  expect(
    (body as { errors: { statusCode: string }[] }[]).map(({ errors }) => errors[0]!.statusCode),
  ).toEqual(['MALFORMED_ID', 'MALFORMED_ID', 'ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY']);
});

test("the customer's own rules refuse a record; a duplicate may be allowed by a header", async () => {
  const { server, call } = await openBoth([
    {
      name: 'Contact',
      fields: standardObjects[1]!.fields,
      validationRules: [
        {
          message: 'No scores below zero',
          field: 'Score__c',
          isBroken: (record) => Number(record['Score__c']) < 0,
        },
      ],
      duplicateRule: { fields: ['Email'], allowSave: true },
    },
    standardObjects[0]!,
  ]);
  expect(await createOne(call, { LastName: 'a', Score__c: -1 })).toMatchObject(
    refusedWith(
      'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      ['Score__c'],
      'No scores below zero',
    ) as object[],
  );
  await createOne(call, { LastName: 'a', Email: 'a@example.com' });
  const twin = { records: [contact({ LastName: 'b', Email: 'A@example.com' })] };
  server.moods.dailyRequests = 3;
  expect((await call('POST', 'composite/sobjects', twin)).body).toMatchObject(
    refusedWith('DUPLICATES_DETECTED') as object[],
  );
  server.moods.dailyRequests = 100;
  const allow = { 'sforce-duplicate-rule-header': 'allowSave=true' };
  expect((await call('POST', 'composite/sobjects', twin, allow)).body).toMatchObject([
    { success: true },
  ]);
});

test('a request has 200 records at most, of objects that there are, in JSON', async () => {
  const { call } = await openBoth();
  const records = Array.from({ length: 201 }, () => contact({ LastName: 'a' }));
  expect(await call('POST', 'composite/sobjects', { records })).toMatchObject({ status: 400 });
  const other = { records: [{ attributes: { type: 'Nothing' } }] };
  expect((await call('POST', 'composite/sobjects', other)).body).toMatchObject([
    { errorCode: 'INVALID_TYPE' },
  ]);
  const json = { 'content-type': 'application/json' };
  expect((await call('POST', 'composite/sobjects', '{', json)).body).toMatchObject([
    { errorCode: 'JSON_PARSER_ERROR' },
  ]);
  expect(await call('POST', 'composite/sobjects', 'a,b')).toMatchObject({ status: 415 });
  expect(
    (await call('PATCH', 'composite/sobjects/Contact/Email', { records: [] })).body,
  ).toMatchObject([{ errorCode: 'INVALID_FIELD' }]);
});

test('a request that can not be read writes nothing, whatever stands before it', async () => {
  const { server, call } = await openBoth();
  const fine = contact({ LastName: 'a' });
  const account = { attributes: { type: 'Account' }, Name: 'a' };
  for (const bad of [null, 7, {}, { ...account, Nope: 1 }, contact({ Account: 'x' })])
    expect(await call('POST', 'composite/sobjects', { records: [fine, bad] })).toMatchObject({
      status: 400,
    });
  const all = { allOrNone: true, records: [fine] };
  expect(await call('POST', 'composite/sobjects', all)).toMatchObject({ status: 501 });
  expect([server.count('Contact'), server.count('Account')]).toEqual([0, 0]);
});

test('addresses, methods and versions that there are not', async () => {
  const { server, call } = await openBoth();
  expect(await call('GET', 'nothing')).toMatchObject({
    status: 404,
    body: [{ errorCode: 'NOT_FOUND' }],
  });
  expect(await call('PUT', 'sobjects')).toMatchObject({
    status: 405,
    body: [{ errorCode: 'METHOD_NOT_ALLOWED' }],
  });
  expect(await call('GET', `query?q=${'x'.repeat(17_000)}`)).toMatchObject({ status: 414 });
  const long = { 'x-long': 'x'.repeat(9_000) };
  expect(await call('GET', `query?q=${'x'.repeat(8_000)}`, undefined, long)).toMatchObject({
    status: 431,
  });
  const filter = await call('GET', `query?q=SELECT Id FROM Contact WHERE Notes__c = 'x'`);
  expect(filter).toMatchObject({ status: 400, body: [{ errorCode: 'INVALID_FIELD' }] });
  const old = await openCaller(server, '20.0');
  expect(await old('GET', 'sobjects')).toMatchObject({ status: 404 });
  const versions = (await (await fetch(`${server.url}/services/data/`)).json()) as object[];
  expect(versions.at(-1)).toMatchObject({ version: '66.0', url: '/services/data/v66.0' });
});

test('the calls of a day are counted in every answer, and end', async () => {
  const { server, call } = await openBoth();
  server.moods.dailyRequests = 2;
  expect((await call('GET', 'sobjects')).headers.get('sforce-limit-info')).toBe('api-usage=1/2');
  expect((await call('GET', 'nothing')).headers.get('sforce-limit-info')).toBe('api-usage=2/2');
  expect(await call('GET', 'sobjects')).toMatchObject({
    status: 403,
    body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }],
  });
});
