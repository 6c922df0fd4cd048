import { OfferSchema, create } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { MemoryStore } from '../testing/memory-store.js';
import { runSyncOf } from '../testing/wire-sync.js';
import { errorPlaceOf, keptFailureOf } from './wire-failure.js';

const yaml = `
sources: { s: { type: postgres, pool: default } }
destinations: { d: { type: postgres, pool: default } }
models: { m: { source: s, primaryKey: [id], table: t } }
syncs: { people: { model: m, destination: d, object: t, mode: upsert, key: { id: id }, fields: { a: a } } }
`;
const failure = new Failure('CONFIG', 'secret.missing', 'Not there.', { detail: 'PASSWORD' });

const redact = (text: string): string => text.replaceAll('hunter2', '[redacted]');

it('lays the text of a run that never began where the run’s errors are', async () => {
  const work = runSyncOf(yaml, 'people');
  const { runId, spec } = work.value;
  const store = new MemoryStore();
  const kept = await keptFailureOf(failure, store, {
    redact,
    place: errorPlaceOf(create(OfferSchema, { work })),
  });
  expect([...store.objects.keys()]).toEqual([
    `v1/ws=${spec?.workspaceId}/sync=${spec?.syncId}/run=${runId}/errors/${kept.errorId}.json`,
  ]);
});

it('lays the text of a check beside all runs', async () => {
  const store = new MemoryStore();
  const check = create(OfferSchema, { work: { case: 'checkConnection', value: {} } });
  const kept = await keptFailureOf(failure, store, { redact, place: errorPlaceOf(check) });
  expect([...store.objects.keys()]).toEqual([`v1/errors/${kept.errorId}.json`]);
});

it('keeps what was asked, without the secrets', async () => {
  const store = new MemoryStore();
  const refused = new Failure('CONFIG', 'destination.auth_failed', 'No.', {
    detail: 'wrong: hunter2',
  }).during({ request: { headers: { 'x-key': 'hunter2' } } });
  await keptFailureOf(refused, store, { redact });
  const [body] = [...store.objects.values()].map((object) =>
    JSON.parse(Buffer.from(object.body).toString()),
  );
  expect(body).toEqual({
    kind: 'CONFIG',
    code: 'destination.auth_failed',
    vendorCode: '',
    message: 'No.',
    detail: 'wrong: [redacted]',
    request: { headers: { 'x-key': '[redacted]' } },
  });
});

it('tells the failure all the same when the bucket fails, and keeps no text where there is none', async () => {
  const broken = Object.assign(new MemoryStore(), {
    put: async () => {
      throw new Failure('TRANSIENT', 'store.unreachable', 'The bucket does not answer.');
    },
  });
  expect(await keptFailureOf(failure, broken, { redact })).toMatchObject({
    code: 'secret.missing',
    errorId: '',
  });
  const store = new MemoryStore();
  const bare = new Failure('CONFIG', 'job.unknown', 'No such job.');
  expect(await keptFailureOf(bare, store, { redact })).toMatchObject({
    code: 'job.unknown',
    errorId: '',
  });
  expect(store.objects.size).toBe(0);
});
