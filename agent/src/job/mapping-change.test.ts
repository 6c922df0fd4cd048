import { changesBetween, compileSync, parseSpecification } from '@drawbridge/proto';
import type { Specification } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import { mappingDigest } from '../sync/mapping-digest.js';
import { syncRequestOf } from './sync-request.js';
import { rawSettingsOf } from './wire-settings.js';

const yaml = `sources: { s: { type: postgres } }
destinations: { d: { type: http } }
models: { m: { source: s, table: t, primaryKey: [id] } }
syncs:
  x:
    model: m
    destination: d
    object: o
    mode: upsert
    key: { id: id }
    fields:
      name: name
      plan: { template: "{{ plan | upcase }}" }
      vip: { constant: true }
      run: { metadata: run_id }
      account: { lookup: { object: account, match: { d: d, c: c }, return: id } }
    options: { url: "/{{ id }}", size: 10, headers: { x: "{{ id }}", y: z } }
`;

const read = (text: string): Specification =>
  parseSpecification([{ path: 'a.yaml', text }]).specification!;

const digestOf = (specification: Specification): string => {
  const spec = compileSync(specification, 'x', { workspaceId: 'w', syncId: 's', version: 1 });
  const request = syncRequestOf(spec, { runId: 'r', options: undefined });
  return mappingDigest({ ...request, firstRun: 'send', options: rawSettingsOf(spec.options) });
};

// Who publishes is told what the agent will find.
it.each([
  ['name: name', 'name: mail'],
  ['name: name', 'name: { column: name, nulls: skip-row }'],
  ['name: name', 'name: { column: name, default: "" }'],
  ['      name: name\n', ''],
  ['| upcase', '| downcase'],
  ['constant: true', 'constant: "true"'],
  ['run_id', 'operation'],
  ['object: account', 'object: accounts'],
  ['return: id', 'return: id, onMiss: create'],
  ['return: id', 'return: id, onMiss: skip'],
  ['d: d, c: c', 'c: c, d: d'],
  ['d: d, c: c', 'd: c, c: d'],
  ['key: { id: id }', 'key: { number: id }'],
  ['mode: upsert', 'mode: update'],
  ['mode: upsert', 'mode: mirror'],
  ['object: o\n', 'object: p\n'],
  ['size: 10', 'size: 11'],
  ['y: z', 'y: zz'],
  ['x: "{{ id }}"', 'x: "{% if id %}a{% endif %}"'],
  ['/{{ id }}', '{{ id }}'],
  ['size: 10', 'size: 10, more: ["{{ id }}"]'],
])('a changed mapping is one to whoever publishes as to the agent: %s → %s', (from, to) => {
  expect(yaml).toContain(from);
  const [before, after] = [read(yaml), read(yaml.replace(from, to))];
  const change = changesBetween(before, after).at(0);
  expect(change?.mapping !== undefined).toBe(digestOf(before) !== digestOf(after));
});
