import { compileSync, parseSpecification } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import { readSettings } from '../../connector/settings.js';
import { rawSettingsOf } from '../../job/wire-settings.js';
import { announced, options } from './options.js';

/** The options of a sync as its agent reads them, from what somebody wrote. */
const optionsOf = (written: string) => {
  const text = `sources: { s: { type: postgres } }
destinations: { d: { type: slack } }
models: { m: { source: s, table: t, primaryKey: [id] } }
syncs:
  x: { model: m, destination: d, object: "#general", mode: append, key: { id: id }, fields: { name: name }, options: ${written} }
`;
  const { specification, problems } = parseSpecification([{ path: 'a.yaml', text }]);
  expect(problems).toEqual([]);
  const ids = { workspaceId: 'w', syncId: 's', version: 1 };
  return readSettings(options, rawSettingsOf(compileSync(specification!, 'x', ids).options));
};

it.each([
  ['{}', ['added']],
  ['{ changed: {} }', ['changed']],
  ['{ added: {}, removed: { text: "{{ name }}" } }', ['added', 'removed']],
  ['{ shape: digest }', ['added']],
])('tells of what is named, also without a template: %s', (written, changes) => {
  expect(announced(optionsOf(written))).toEqual(changes);
});
