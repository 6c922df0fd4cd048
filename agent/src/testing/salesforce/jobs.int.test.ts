// Bulk API 2.0: states, files, limits, and everything that goes wrong on the way.
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { openCaller } from './caller.js';
import type { Call, Called } from './caller.js';
import { unavailable } from './moods.js';
import type { Moods } from './moods.js';
import { standardObjects } from './objects.js';
import { openSalesforceServer } from './server.js';
import type { SalesforceServer } from './server.js';

const open: SalesforceServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function openBoth(
  moods: Partial<Moods> = {},
): Promise<{ server: SalesforceServer; call: Call }> {
  const server = await openSalesforceServer({ objects: standardObjects, moods });
  open.push(server);
  return { server, call: await openCaller(server) };
}

const upsert = { object: 'Contact', operation: 'upsert', externalIdFieldName: 'ExtId__c' };

async function create(call: Call, setting: object = upsert): Promise<string> {
  const { status, body } = await call('POST', 'jobs/ingest', setting);
  expect(status).toBe(200);
  return `jobs/ingest/${(body as { id: string }).id}`;
}

async function start(
  call: Call,
  csv: string | Uint8Array,
  setting: object = upsert,
): Promise<string> {
  const job = await create(call, setting);
  expect(await call('PUT', `${job}/batches`, csv)).toMatchObject({ status: 201, body: '' });
  expect(await call('PATCH', job, { state: 'UploadComplete' })).toMatchObject({
    status: 200,
    body: { state: 'UploadComplete' },
  });
  return job;
}

const over = ['JobComplete', 'Failed', 'Aborted'];

async function ended(call: Call, job: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { body } = await call('GET', job);
    if (over.includes((body as { state: string }).state)) return body as Record<string, unknown>;
  }
}

async function run(
  call: Call,
  csv: string | Uint8Array,
  setting: object = upsert,
): Promise<{
  info: Record<string, unknown>;
  successful: string;
  failed: string;
  unprocessed: string;
}> {
  const job = await start(call, csv, setting);
  const info = await ended(call, job);
  const [successful, failed, unprocessed] = await Promise.all(
    ['successfulResults', 'failedResults', 'unprocessedrecords'].map(
      async (kind) => (await call('GET', `${job}/${kind}`)).body as string,
    ),
  );
  return { info, successful: successful!, failed: failed!, unprocessed: unprocessed! };
}

const code = (called: Called): unknown => (called.body as { errorCode: string }[])[0]?.errorCode;

test('a job goes through its states, and is deleted when it is over', async () => {
  const { server, call } = await openBoth({ rowsPerLook: 1 });
  const job = await start(call, 'ExtId__c,LastName\n1,a\n2,b\n');
  const looks = [await call('GET', job), await call('GET', job), await call('GET', job)];
  expect(looks.map(({ body }) => body)).toMatchObject([
    { state: 'InProgress', numberRecordsProcessed: 0 },
    { state: 'InProgress', numberRecordsProcessed: 1 },
    { state: 'JobComplete', numberRecordsProcessed: 2, numberRecordsFailed: 0 },
  ]);
  expect(server.count('Contact')).toBe(2);
  expect(await call('DELETE', job)).toMatchObject({ status: 204 });
  expect(await call('GET', job)).toMatchObject({ status: 404 });
});

test('a slow job that is hurried does the rest by itself', async () => {
  const { server, call } = await openBoth({ rowsPerLook: 1 });
  const job = await start(call, 'ExtId__c,LastName\n1,a\n2,b\n');
  await call('GET', job);
  server.moods.rowsPerLook = undefined;
  expect(await ended(call, job)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 2 });
});

test('every row is in one of the files, with the columns sorted and the lines in another order', async () => {
  const { call } = await openBoth();
  const { info, successful, failed, unprocessed } = await run(
    call,
    'LastName,ExtId__c\na,1\n,2\n"say ""c""",3\n',
  );
  expect(info).toMatchObject({
    numberRecordsProcessed: 3,
    numberRecordsFailed: 1,
    jobType: 'V2Ingest',
  });
  expect(successful).toMatch(
    /^"sf__Id","sf__Created",ExtId__c,LastName\n"003\w{15}","true","3","say ""c"""\n"003\w{15}","true","1","a"\n$/,
  );
  expect(failed).toBe(
    '"sf__Id","sf__Error",ExtId__c,LastName\n"","REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --","2",""\n',
  );
  expect(unprocessed).toBe('LastName,ExtId__c\n');
});

test('an empty value is left as it is, #N/A clears, a relation is found by its external id', async () => {
  const { server, call } = await openBoth();
  const [accountId] = server.seed('Account', [{ Name: 'Engines', ExtId__c: 'ae' }]);
  server.seed('Contact', [
    { LastName: 'a', ExtId__c: '1', FirstName: 'keep', Email: 'a@b.cd', DoNotCall: true },
  ]);
  const csv =
    'ExtId__c,FirstName,Email,DoNotCall,Account:Account.ExtId__c,Topics__c\n1,,#N/A,false,ae,news;events\n2,,,,nobody,\n';
  const { failed } = await run(call, csv);
  expect(server.records('Contact')).toMatchObject([
    {
      FirstName: 'keep',
      Email: null,
      DoNotCall: false,
      AccountId: accountId,
      Topics__c: 'news;events',
    },
  ]);
  expect(failed).toContain(
    'INVALID_FIELD:Foreign key external ID: nobody not found for field ExtId__c in entity Account:--',
  );
});

test('delimiters and line ends are those of the job', async () => {
  const { server, call } = await openBoth();
  const setting = { ...upsert, columnDelimiter: 'SEMICOLON', lineEnding: 'CRLF' };
  const { successful } = await run(call, 'ExtId__c;LastName\r\n1;"a;b"\r\n', setting);
  expect(successful).toMatch(
    /^"sf__Id";"sf__Created";ExtId__c;LastName\r\n"003\w{15}";"true";"1";"a;b"\r\n$/,
  );
  expect(server.count('Contact')).toBe(1);
});

test('update and delete by Id, and tell the ids that failed', async () => {
  const { server, call } = await openBoth();
  const [first, second] = server.seed('Contact', [{ LastName: 'a' }, { LastName: 'b' }]);
  await run(call, `Id,LastName\n${first},c\n`, { object: 'Contact', operation: 'update' });
  expect(server.records('Contact')).toMatchObject([{ LastName: 'c' }, { LastName: 'b' }]);
  const remove = { object: 'Contact', operation: 'delete' };
  await run(call, `Id\n${second}\n`, remove);
  const { failed } = await run(call, `Id\n${second}\n`, remove);
  expect(failed).toBe(
    `"sf__Id","sf__Error",Id\n"${second}","ENTITY_IS_DELETED:entity is deleted:--","${second}"\n`,
  );
  expect(server.count('Contact')).toBe(1);
});

test.each([
  ['ExtId__c,Group:Account.ExtId__c\n1,a\n', 'Field name not found : Group:Account.ExtId__c'],
  ['ExtId__c,Nope\n1,a\n', 'InvalidBatch : Field name not found : Nope'],
  ['LastName\na\n', 'InvalidBatch : Field name not found : ExtId__c'],
  [
    'ExtId__c,LastName\r\n1,a\r\n',
    'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF',
  ],
  ['ExtId__c,LastName\n1,a,b\n', 'not as many values'],
  ['ExtId__c,LastName\n1,"a" \n', 'Failed to parse CSV'],
  [`ExtId__c,LastName\n1,${'x'.repeat(131_073)}\n`, 'more characters than are allowed'],
  [Uint8Array.of(0x45, 0xff, 0x0a), 'not in UTF-8'],
])('a file that can not be read fails its job: %j', async (csv, message) => {
  const { server, call } = await openBoth();
  const job = await start(call, csv);
  expect(await ended(call, job)).toMatchObject({
    state: 'Failed',
    numberRecordsProcessed: 0,
    errorMessage: expect.stringContaining(message) as unknown,
  });
  const { body } = await call('GET', `${job}/unprocessedrecords`);
  expect(body).toBe(Buffer.from(csv).toString());
  expect(server.count('Contact')).toBe(0);
});

test('a job that fails half way leaves its other rows unprocessed', async () => {
  const { server, call } = await openBoth({
    jobFailures: [{ afterRows: 1, message: 'Too many retries' }],
  });
  const { info, successful, unprocessed } = await run(call, 'ExtId__c,LastName\n1,a\n2,b\n');
  expect(info).toMatchObject({
    state: 'Failed',
    errorMessage: 'Too many retries',
    numberRecordsProcessed: 1,
  });
  expect(successful.split('\n')).toHaveLength(3);
  expect(unprocessed).toBe('ExtId__c,LastName\n"1","a"\n');
  expect(server.records('Contact')).toMatchObject([{ ExtId__c: '2' }]);
});

test('an aborted job keeps what it did', async () => {
  const { server, call } = await openBoth({ rowsPerLook: 1 });
  const job = await start(call, 'ExtId__c,LastName\n1,a\n2,b\n');
  await call('GET', job);
  await call('GET', job);
  expect((await call('PATCH', job, { state: 'Aborted' })).body).toMatchObject({ state: 'Aborted' });
  expect((await call('GET', job)).body).toMatchObject({
    state: 'Aborted',
    numberRecordsProcessed: 1,
  });
  expect((await call('GET', `${job}/unprocessedrecords`)).body).toBe(
    'ExtId__c,LastName\n"1","a"\n',
  );
  expect(server.count('Contact')).toBe(1);
});

test('a job that is aborted before it began gives all of its rows back', async () => {
  const { server, call } = await openBoth();
  const job = await create(call);
  await call('PUT', `${job}/batches`, 'ExtId__c,LastName\n1,a\n');
  await call('PATCH', job, { state: 'Aborted' });
  expect((await call('GET', `${job}/unprocessedrecords`)).body).toBe('ExtId__c,LastName\n1,a\n');
  expect(server.count('Contact')).toBe(0);
});

test('what does not go with the state of a job is refused', async () => {
  const { call } = await openBoth({ rowsPerLook: 1 });
  const job = await create(call);
  const close = { state: 'UploadComplete' };
  expect(code(await call('PATCH', job, close))).toBe('INVALIDJOBSTATE');
  await call('PUT', `${job}/batches`, 'ExtId__c,LastName\n1,a\n');
  const again = await call('PUT', `${job}/batches`, 'ExtId__c,LastName\n1,a\n');
  expect(again.body).toMatchObject([
    { message: expect.stringContaining('Found multiple contents') as unknown },
  ]);
  expect(code(await call('DELETE', job))).toBe('INVALIDJOBSTATE');
  await call('PATCH', job, close);
  expect(code(await call('PATCH', job, close))).toBe('INVALIDJOBSTATE');
  expect(code(await call('GET', `${job}/failedResults`))).toBe('INVALIDJOBSTATE');
  await ended(call, job);
  expect((await call('PATCH', job, { state: 'Aborted' })).body).toEqual([
    { errorCode: 'INVALIDJOBSTATE', message: 'Aborting already Completed Job not allowed' },
  ]);
});

test.each([
  [{ ...upsert, object: 'Nothing' }, 'INVALIDENTITY'],
  [{ ...upsert, operation: 'merge' }, 'INVALIDOPERATION'],
  [{ ...upsert, operation: 'hardDelete' }, 'FEATURENOTENABLED'],
  [{ ...upsert, externalIdFieldName: 'Email' }, 'INVALIDJOB'],
  [{ object: 'Contact', operation: 'upsert' }, 'INVALIDJOB'],
  [{ ...upsert, lineEnding: 'CR' }, 'INVALIDJOB'],
])('a job as %j is refused with %s', async (setting, errorCode) => {
  const { call } = await openBoth();
  const called = await call('POST', 'jobs/ingest', setting);
  expect([called.status, code(called)]).toEqual([400, errorCode]);
});

test('uploads have a size, jobs a number of batches', async () => {
  const { server, call } = await openBoth({ dailyBatches: 0 });
  const job = await create(call);
  expect(await call('PUT', `${job}/batches`, new Uint8Array(100_000_001))).toMatchObject({
    status: 413,
  });
  const { info } = await run(call, 'ExtId__c,LastName\n1,a\n');
  expect(info).toMatchObject({
    state: 'Failed',
    errorMessage: 'ExceededQuota : ApiBatchItems Limit exceeded.',
  });
  expect(server.count('Contact')).toBe(0);
});

test('uploads and answers may be compressed', async () => {
  const { server, call } = await openBoth();
  const job = await create(call);
  await call('PUT', `${job}/batches`, gzipSync('ExtId__c,LastName\n1,a\n'), {
    'content-encoding': 'gzip',
  });
  await call('PATCH', job, { state: 'UploadComplete' });
  await ended(call, job);
  const { headers, body } = await call('GET', `${job}/successfulResults`, undefined, {
    'accept-encoding': 'gzip',
  });
  expect(headers.get('content-encoding')).toBe('gzip');
  expect(body).toContain('"true","1","a"');
  expect(server.count('Contact')).toBe(1);
});

test('rows are locked for as long as the mood says', async () => {
  const { server, call } = await openBoth({
    isLocked: ({ via, lockedBefore, fields }) =>
      via === 'bulk' && lockedBefore === 0 && fields['ExtId__c'] === '2',
  });
  const csv = 'ExtId__c,LastName\n1,a\n2,b\n';
  const { failed } = await run(call, csv);
  expect(failed).toContain('UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record');
  expect(server.count('Contact')).toBe(1);
  expect((await run(call, csv)).info).toMatchObject({ numberRecordsFailed: 0 });
});

test('rows are locked while a job is at work beside them', async () => {
  const { call } = await openBoth({ rowsPerLook: 1, isLocked: ({ underWay }) => underWay > 1 });
  const records = [{ attributes: { type: 'Contact' }, LastName: 'a' }];
  const job = await start(call, 'ExtId__c,LastName\n1,a\n');
  expect((await call('POST', 'composite/sobjects', { records })).body).toMatchObject([
    { success: false, errors: [{ statusCode: 'UNABLE_TO_LOCK_ROW' }] },
  ]);
  expect(await ended(call, job)).toMatchObject({ numberRecordsFailed: 0 });
  expect((await call('POST', 'composite/sobjects', { records })).body).toMatchObject([
    { success: true },
  ]);
});

test('a line that is cut after the request took effect leaves the effect', async () => {
  const { server, call } = await openBoth();
  const job = await create(call);
  server.trouble({ kind: 'cut', when: 'before' }, { like: /^PUT .*batches/ });
  await expect(call('PUT', `${job}/batches`, 'ExtId__c,LastName\n1,a\n')).rejects.toThrow(
    'fetch failed',
  );
  server.trouble({ kind: 'cut', when: 'after' }, { like: /^PUT .*batches/ });
  await expect(call('PUT', `${job}/batches`, 'ExtId__c,LastName\n1,a\n')).rejects.toThrow(
    'fetch failed',
  );
  expect(await call('PUT', `${job}/batches`, 'x')).toMatchObject({ status: 400 });
  server.trouble({ kind: 'cut', when: 'after' }, { like: /^PATCH/ });
  await expect(call('PATCH', job, { state: 'UploadComplete' })).rejects.toThrow('fetch failed');
  expect(await ended(call, job)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 1 });
});

test('troubles come when they are told to, and as often', async () => {
  const { server, call } = await openBoth();
  server.trouble(unavailable, { like: /^GET .*sobjects/, skip: 1, times: 2 });
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1) statuses.push((await call('GET', 'sobjects')).status);
  expect(statuses).toEqual([200, 503, 503, 200]);
  server.trouble({ kind: 'expire' });
  expect(await call('GET', 'sobjects')).toMatchObject({
    status: 401,
    body: [{ errorCode: 'INVALID_SESSION_ID' }],
  });
  expect(await call('GET', 'sobjects')).toMatchObject({ status: 401 });
});

test('a request can be held', async () => {
  const { server, call } = await openBoth();
  const hold = server.hold(/^GET .*limits/);
  const answer = call('GET', 'limits');
  await hold.held();
  expect(await call('GET', 'sobjects')).toMatchObject({ status: 200 });
  hold.release();
  expect(await answer).toMatchObject({
    status: 200,
    body: { DailyApiRequests: { Remaining: 999_998 } },
  });
});
