import { compileSync, parseSpecification } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import { yamlOfSyncs } from '../job/testing/ground.js';
import { specificationOfSync } from './specification-of-sync.js';

const ids = { workspaceId: 'w', syncId: 's', version: 1 };

it('holds all that one sync is compiled from, and nothing of the others', () => {
  const other = 'other: { type: postgres }';
  const yaml = yamlOfSyncs(2).replace('sources:', `sources:\n  ${other}`);
  const { specification } = parseSpecification([{ path: 'test.yaml', text: yaml }]);
  const part = specificationOfSync(specification!, 'sync-1');
  expect(Object.values(part).flatMap(Object.keys)).toEqual([
    'warehouse',
    'app',
    'people',
    'sync-1',
  ]);
  expect(compileSync(part, 'sync-1', ids)).toEqual(compileSync(specification!, 'sync-1', ids));
});
