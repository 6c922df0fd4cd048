import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { ListedDocuments } from './listed-documents.js';

const listed = new ListedDocuments([
  'query Syncs($first: Int) { syncs(first: $first) { edges { node { name } } } }',
  'query Runs($after: String, $sync: String) { runs(after: $after, sync: $sync) { edges { cursor node { id state } } } }',
]);

it('knows a document however it is laid out and sorted, and with what clients add for their caches', () => {
  for (const text of [
    'query Syncs($first: Int) { syncs(first: $first) { edges { node { name } } } }',
    'query Runs($sync: String, $after: String) { runs(sync: $sync, after: $after) { edges { node { state id } cursor } } }',
    'query Syncs($first: Int) {\n  syncs(first: $first) {\n    __typename edges { __typename node { name __typename } }\n  }\n}',
  ])
    expect(() => listed.check(parse(text))).not.toThrow();
});

it('refuses every other one, each time', () => {
  for (const text of [
    'query Syncs($first: Int) { syncs(first: $first) { edges { node { name id } } } }',
    'query Syncs($first: Int) { syncs { edges { node { name } } } }',
    'query Syncs($first: Int) { all: syncs(first: $first) { edges { node { name } } } }',
    '{ syncs(first: 100) { edges { node { name } } } }',
    'query Syncs($first: Int) { syncs(first: $first) { edges { node { name } } } } query B { __typename }',
  ]) {
    const document = parse(text);
    for (let time = 0; time < 2; time += 1)
      expect(() => listed.check(document)).toThrow(
        expect.objectContaining({ code: 'graphql.unlisted' }),
      );
  }
});
