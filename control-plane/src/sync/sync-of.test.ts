import { parseSpecification } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import { syncOf } from './sync-of.js';

function shown({ model = '', sync = '' } = {}) {
  const text = `
sources: { s: { type: postgres } }
destinations: { d: { type: postgres } }
models: { m: { source: s, primaryKey: [id], table: t${model} } }
syncs: { x: { model: m, destination: d, object: o, mode: upsert, key: { id: id }${sync} } }
`;
  const { destinations, models, syncs } = parseSpecification([
    { path: 'a.yaml', text },
  ]).specification!;
  return syncOf({
    id: 'sync',
    name: 'x',
    version: 1,
    nextRunAt: null,
    pausedAt: null,
    spec: syncs.x,
    model: { id: 'model', name: 'm', spec: models.m, source: { name: 's' } },
    destination: { id: 'destination', name: 'd', spec: destinations.d, poolName: 'default' },
  });
}

it('shows what is not said as what it means', () => {
  expect(shown()).toMatchObject({
    snapshots: 'full',
    quarantineAfter: null,
    mappingChange: 'backfill',
    model: { duplicates: 'invalid' },
  });
});

it('shows what is said', () => {
  const sync = ', snapshots: hashed, quarantineAfter: 5, mappingChange: stop';
  expect(shown({ model: ', duplicates: fail', sync })).toMatchObject({
    snapshots: 'hashed',
    quarantineAfter: 5,
    mappingChange: 'stop',
    model: { duplicates: 'fail' },
  });
});
