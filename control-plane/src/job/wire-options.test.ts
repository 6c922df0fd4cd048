import { create, MappingChange, RunOptionsSchema } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import { ordinary } from '../run/run-options.js';
import { wireOptions } from './wire-options.js';

it('says nothing of what a run is not asked for', () => {
  expect(create(RunOptionsSchema, wireOptions(ordinary))).toEqual(create(RunOptionsSchema, {}));
});

it('says all that a run is asked for', () => {
  const undo = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
  const said = wireOptions({
    ...ordinary,
    canary: 10,
    onlyRejected: true,
    undo,
    acceptTypes: true,
    mappingChange: 'from-now-on',
    approvedPlan: 'ab'.repeat(32),
    expectedPlan: 'cd'.repeat(32),
  });
  expect(said).toMatchObject({
    canary: 10n,
    onlyRejected: true,
    undoRunId: undo,
    acceptTypes: true,
    mappingChange: MappingChange.FROM_NOW_ON,
    approvedPlan: 'ab'.repeat(32),
    expectedPlan: 'cd'.repeat(32),
  });
});
