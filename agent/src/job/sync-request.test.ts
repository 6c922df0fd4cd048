import { expect, it } from 'vitest';
import {
  FirstRun,
  create,
  Duplicates,
  MappingChange,
  OrderColumnSchema,
  RunOptionsSchema,
  RunSyncSchema,
  Snapshots,
} from '@drawbridge/proto';
import type { MessageInitShape, SyncSpec } from '@drawbridge/proto';
import { runSyncOf } from '../testing/wire-sync.js';
import { syncRequestOf } from './sync-request.js';

const yaml = `
sources:
  warehouse: { type: postgres, pool: default, settings: { host: h, database: d, user: u } }
destinations:
  app: { type: postgres, pool: default, settings: { host: h, database: d, user: u } }
models:
  people: { source: warehouse, primaryKey: [tenant, id], sql: select 1 }
  orders: { source: warehouse, primaryKey: [id], table: shop.orders }
syncs:
  everything:
    model: people
    destination: app
    object: public.person
    mode: mirror
    onRemoved: { set: { active: false, note: "gone", left: null, times: 1.50 } }
    key: { tenant_id: tenant, external_id: id }
    fields:
      email: { column: email, nulls: omit }
      plan: { template: "{{ plan | upcase }}" }
      origin: { constant: drawbridge }
      price: { constant: 1.50 }
      vip: { constant: true }
      nothing: { constant: null }
      synced_at: { metadata: run_started_at }
      run: { metadata: run_id }
      sync: { metadata: sync_name }
      why: { metadata: operation }
      skipped: { column: s, nulls: skip-row }
      filled: { column: f, nulls: default, default: "none" }
      account: { lookup: { object: account, match: { domain: d, country: c }, return: id, onMiss: create }, nulls: omit }
      owner: { lookup: { object: person, match: { mail: m }, return: id, onMiss: null } }
      team: { lookup: { object: team, match: { name: t }, return: id, onMiss: skip } }
      plan_id: { lookup: { object: plan, match: { name: p }, return: id } }
    firstRun: baseline
    guards: { removed: { rows: 10, percent: 12.5, action: withhold }, added: { rows: 1, percent: 2, action: stop }, emptyResult: allow }
  plain:
    model: orders
    destination: app
    object: orders
    mode: append
    fields: { id: id }
`;

const requestOf = (sync: string, options = {}) => {
  const { spec, runId, options: run } = create(RunSyncSchema, runSyncOf(yaml, sync, options).value);
  if (!spec) throw new Error('No specification.');
  return syncRequestOf(spec, { runId, options: run });
};

it('means the same as the YAML that a person wrote', () => {
  const request = requestOf('everything');
  expect(request).toMatchObject({
    syncName: 'everything',
    version: 1n,
    model: { name: 'people', query: { sql: 'select 1' }, primaryKey: ['tenant', 'id'] },
    destinationName: 'app',
    object: 'public.person',
    mode: 'mirror',
    key: [
      { field: 'tenant_id', column: 'tenant' },
      { field: 'external_id', column: 'id' },
    ],
    firstRun: 'baseline',
    guards: {
      added: { rows: 1, percent: 2, action: 'stop' },
      removed: { rows: 10, percent: 12.5, action: 'withhold' },
      emptyResult: 'allow',
    },
    run: { dryRun: false, full: false, rebaseline: false, verify: false },
  });
});

it('knows every kind of field, and every way with NULL', () => {
  const fields = Object.fromEntries(
    requestOf('everything').fields.map(({ field, ...rest }) => [field, rest]),
  );
  expect(fields).toMatchObject({
    email: { value: { kind: 'column', column: 'email' }, nulls: 'omit' },
    plan: { value: { kind: 'template', template: '{{ plan | upcase }}' } },
    origin: { value: { kind: 'constant', constant: { text: 'drawbridge' } } },
    price: { value: { kind: 'constant', constant: { number: '1.50' } } },
    vip: { value: { kind: 'constant', constant: { flag: true } } },
    nothing: { value: { kind: 'constant', constant: { null: true } } },
    synced_at: { value: { kind: 'metadata', metadata: 'run_started_at' } },
    run: { value: { kind: 'metadata', metadata: 'run_id' } },
    sync: { value: { kind: 'metadata', metadata: 'sync_name' } },
    why: { value: { kind: 'metadata', metadata: 'operation' } },
    skipped: { nulls: 'skip-row' },
    filled: { nulls: 'default', default: { text: 'none' } },
  });
});

it('knows what to look up, and what to do about a miss', () => {
  const lookups = requestOf('everything').fields.flatMap(({ value }) =>
    value.kind === 'lookup' ? [value.lookup] : [],
  );
  expect(Object.fromEntries(lookups.map((lookup) => [lookup.object, lookup.onMiss]))).toEqual({
    account: 'create',
    person: 'null',
    team: 'skip',
    plan: 'reject',
  });
  expect(lookups.find(({ object }) => object === 'account')).toEqual({
    object: 'account',
    match: [
      { field: 'country', column: 'c' },
      { field: 'domain', column: 'd' },
    ],
    returns: 'id',
    onMiss: 'create',
    onMany: 'reject',
  });
});

it('knows what a removed row’s record becomes', () => {
  const { action, set } = requestOf('everything').onRemoved;
  expect(action).toBe('set');
  expect(Object.fromEntries(set.map(({ field, value }) => [field, value]))).toMatchObject({
    active: { kind: 'constant', constant: { flag: false } },
    left: { kind: 'constant', constant: { null: true } },
    note: { kind: 'constant', constant: { text: 'gone' } },
    times: { kind: 'constant', constant: { number: '1.50' } },
  });
});

it('reads a table as well, and takes the options of the run', () => {
  const request = requestOf('plain', { dryRun: true, full: true, rebaseline: true, verify: true });
  expect(request.model.query).toEqual({ table: 'shop.orders' });
  expect(request.mode).toBe('append');
  expect(request.run).toEqual({ dryRun: true, full: true, rebaseline: true, verify: true });
});

const wireOf = () => create(RunSyncSchema, runSyncOf(yaml, 'plain').value).spec!;
const read = (spec: SyncSpec, options?: MessageInitShape<typeof RunOptionsSchema>) =>
  syncRequestOf(spec, {
    runId: 'run',
    options: options && create(RunOptionsSchema, options),
  });

it('does what it always did where a control plane says nothing of the later words', () => {
  const request = read(wireOf());
  expect(request).toMatchObject({
    snapshots: 'full',
    quarantineAfter: 0,
    mappingChange: 'backfill',
  });
  expect(request.model).not.toHaveProperty('duplicates');
  expect(read(wireOf(), {}).run).toEqual(read(wireOf()).run);
});

it('knows the later words of a specification', () => {
  const spec = wireOf();
  const request = read({
    ...spec,
    snapshots: Snapshots.HASHED,
    quarantineAfter: 5,
    mappingChange: MappingChange.STOP,
  });
  expect(request).toMatchObject({
    snapshots: 'hashed',
    quarantineAfter: 5,
    mappingChange: 'stop',
  });
});

it.each([
  [Duplicates.INVALID, undefined],
  [Duplicates.FAIL, { keep: 'fail' }],
  [Duplicates.FIRST, { keep: 'first', orderBy: [{ column: 'at', descending: true }] }],
] as const)('knows what becomes of copies of a key: %i', (duplicates, expected) => {
  const spec = wireOf();
  const orderBy = [create(OrderColumnSchema, { column: 'at', descending: true })];
  const { model } = read({ ...spec, model: { ...spec.model!, duplicates, orderBy } });
  expect(model.duplicates).toEqual(expected);
});

it('takes the later options of a run', () => {
  const undoRunId = '88888888-0000-4000-8000-000000000000';
  const approvedPlan = 'ab'.repeat(32);
  const { run } = read(wireOf(), {
    canary: 100n,
    onlyRejected: true,
    undoRunId,
    acceptTypes: true,
    approvedPlan,
    mappingChange: MappingChange.FROM_NOW_ON,
  });
  expect(run).toMatchObject({
    canary: 100,
    onlyRejected: true,
    undo: undoRunId,
    acceptTypes: true,
    approvedPlan,
    mappingChange: 'from-now-on',
  });
});

it('leaves a first run of which nothing is said to the object', () => {
  const unsaid = { ...wireOf(), firstRun: FirstRun.UNSPECIFIED };
  expect(read(unsaid).firstRun).toBeUndefined();
});

it.each(['mode', 'firstRun', 'uncertain', 'snapshots', 'mappingChange'] as const)(
  'refuses a %s that only a newer agent knows',
  (name) => {
    const newer = { ...wireOf(), [name]: 99 };
    expect(() => read(newer)).toThrow(
      expect.objectContaining({ kind: 'CONFIG', code: 'spec.incomplete' }) as Error,
    );
  },
);
