import { parseSpecification } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import { syncOf } from './sync-of.js';

function shown({ model = '', sync = '', mode = 'upsert' } = {}) {
  const text = `
sources: { s: { type: postgres } }
destinations: { d: { type: postgres } }
models: { m: { source: s, primaryKey: [id], table: t${model} } }
syncs: { x: { model: m, destination: d, object: o, mode: ${mode}, key: { id: id }${sync} } }
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
    pauseReason: null,
    spec: syncs.x,
    model: { id: 'model', name: 'm', spec: models.m, source: { name: 's' } },
    destination: {
      id: 'destination',
      name: 'd',
      spec: destinations.d,
      pausedAt: null,
      pauseReason: null,
      poolName: 'default',
    },
  });
}

it('shows what is not said as what it means', () => {
  expect(shown()).toMatchObject({
    snapshots: 'full',
    quarantineAfter: null,
    mappingChange: 'backfill',
    priority: 'normal',
    model: { duplicates: 'invalid' },
  });
});

it('shows what is said', () => {
  const sync = ', snapshots: hashed, quarantineAfter: 5, mappingChange: stop, priority: high';
  expect(shown({ model: ', duplicates: fail', sync })).toMatchObject({
    snapshots: 'hashed',
    quarantineAfter: 5,
    mappingChange: 'stop',
    priority: 'high',
    model: { duplicates: 'fail' },
  });
});

it('shows every line of a schedule', () => {
  const schedule = 'cron: ["0 6 * * 1", "0 18 * * 5"], timezone: Europe/Berlin, jitter: 10m';
  expect(shown({ sync: `, schedule: { ${schedule} }` }).schedule).toEqual({
    manual: false,
    cron: '0 6 * * 1',
    crons: ['0 6 * * 1', '0 18 * * 5'],
    timezone: 'Europe/Berlin',
    jitter: '10m',
  });
  expect(shown({ sync: ', schedule: { every: 1h }' }).schedule).toEqual({
    manual: false,
    every: '1h',
  });
});

it('shows what guards a sync, and what it does where nothing is said', () => {
  const guards =
    'added: { rows: 500, percent: 20, action: approve }, removed: { rows: 5, percent: 1, action: stop }';
  const sync = `, guards: { ${guards} }, firstRun: baseline, uncertain: resend`;
  expect(shown({ mode: 'mirror', sync })).toMatchObject({
    guards: [
      { name: 'added', rows: 500, percent: 20, action: 'approve' },
      { name: 'removed', rows: 5, percent: 1, action: 'stop' },
    ],
    emptyResult: 'stop',
    firstRun: 'baseline',
    uncertain: 'resend',
  });
  expect(shown()).toMatchObject({ emptyResult: 'allow', firstRun: 'default', uncertain: 'hold' });
});
