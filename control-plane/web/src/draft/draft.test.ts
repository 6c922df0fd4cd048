import { parseSpecification } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import { emptyDraft, missingIn, yamlOf } from './draft.js';

const whole = {
  ...emptyDraft,
  source: 'warehouse',
  table: 'marts."Odd.Name"',
  primaryKey: 'no',
  destination: 'app db',
  object: 'public.people',
  mode: 'mirror',
  key: 'External Id',
  fields: [
    { field: 'email', column: 'e-mail' },
    { field: '', column: 'left out' },
    { field: '#1', column: '"quoted"' },
  ],
};

const connections = `
sources: { warehouse: { type: postgres } }
destinations: { "app db": { type: postgres } }
`;

it('writes a file that is read as what was filled in, whatever the names', () => {
  const { specification, problems } = parseSpecification([
    { path: 'connections.yaml', text: connections.replace('"app db"', 'app-db') },
    { path: 'draft.yaml', text: yamlOf({ ...whole, destination: 'app-db' }) },
  ]);
  expect(problems).toEqual([]);
  expect(specification?.models).toMatchObject({
    name: { source: 'warehouse', query: { table: 'marts."Odd.Name"' }, primaryKey: ['no'] },
  });
  const sync = specification?.syncs['name-to-app-db'];
  expect(sync).toMatchObject({
    object: 'public.people',
    mode: 'mirror',
    key: [{ field: 'External Id', column: 'no' }],
  });
  expect(sync?.fields.map(({ field }) => field)).toEqual(['email', '#1']);
});

it('says what is missing', () => {
  expect(missingIn(emptyDraft)).toEqual([
    'a source',
    'a table',
    'its primary key',
    'a destination',
    'an object',
  ]);
  expect(missingIn(whole)).toEqual([]);
  expect(missingIn({ ...whole, table: 'marts.' })).toEqual(['a table in what was chosen']);
});
