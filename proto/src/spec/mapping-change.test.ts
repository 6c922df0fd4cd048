import { describe, expect, it } from 'vitest';
import { changesBetween } from './changes.js';
import { parseSpecification } from './parse.js';

const whole = `sources: { s: { type: postgres } }
destinations: { d: { type: http }, e: { type: http } }
models: { m: { source: s, sql: select 1, primaryKey: [id] } }
syncs:
  x:
    model: m
    destination: d
    object: o
    mode: upsert
    key: { id: id }
    fields:
      a: a
      b: { template: "{{ b }}" }
      c: { constant: 1 }
      d: { metadata: run_id }
      e: { lookup: { object: o, match: { p: p, q: q }, return: id } }
    options: { url: "/{{ id }}", size: 10, headers: { x: "{{ a }}", y: z } }
`;

const read = (text: string) => parseSpecification([{ path: 'a.yaml', text }]).specification!;

function changed(from: string, to: string) {
  expect(whole).toContain(from);
  const after = read(whole.replace(from, to));
  const changes = changesBetween(read(whole), after);
  return changes.find(({ kind }) => kind === 'sync');
}

describe('a change of a sync changes its mapping', () => {
  it.each([
    ['another column', 'a: a', 'a: z'],
    ['another template', '{{ b }}', '{{ b | upcase }}'],
    ['another constant', 'constant: 1', 'constant: 1.0'],
    ['a text for a number', 'constant: 1', 'constant: "1"'],
    ['other metadata', 'run_id', 'sync_name'],
    ['another object to look into', 'object: o, match', 'object: oo, match'],
    ['another field to find by', 'p: p', 'r: p'],
    ['another field to return', 'return: id', 'return: name'],
    ['another way with a miss', 'return: id', 'return: id, onMiss: null'],
    ['another way with NULL', 'a: a', 'a: { column: a, nulls: omit }'],
    ['a default', 'a: a', 'a: { column: a, default: 0 }'],
    ['a field more', 'a: a', 'a: a\n      z: z'],
    ['a field less', '      a: a\n', ''],
    ['another key', '{ id: id }', '{ key: id }'],
    ['another operation', 'mode: upsert', 'mode: update'],
    ['another template of the object', '/{{ id }}', '/x/{{ id }}'],
    ['a template deep in the options', '{{ a }}', '{{ b }}'],
  ])('with %s', (_name, from, to) => {
    expect(changed(from, to)?.mapping).toBe('backfill');
  });

  it.each([
    ['a row that is left out, not rejected', 'return: id', 'return: id, onMiss: skip'],
    ['an option that is the same for all rows', 'size: 10', 'size: 20'],
    ['a text in the options without a column', 'y: z', 'y: zz'],
    ['another destination', 'destination: d', 'destination: e'],
    ['a schedule', 'object: o\n', 'object: o\n    schedule: { every: 5m }\n'],
    ['removals', 'mode: upsert', 'mode: mirror'],
    ['a mode that sends a row once', 'mode: upsert', 'mode: append'],
    ['a mode that sends all each time', 'mode: upsert', 'mode: replace'],
  ])('but not with %s', (_name, from, to) => {
    expect(changed(from, to)).not.toHaveProperty('mapping');
  });

  it('and nothing at all where things of no order have moved', () => {
    const [a, b] = ['      a: a\n', '      b: { template: "{{ b }}" }\n'];
    expect(changed(a + b, b + a)).toBeUndefined();
    expect(changed('p: p, q: q', 'q: q, p: p')).toBeUndefined();
  });

  it('and says what the sync does about it', () => {
    const other = whole.replace('a: a', 'a: z');
    const saying = (word: string) =>
      changesBetween(read(whole), read(`${other}    mappingChange: ${word}\n`)).at(-1)?.mapping;
    expect(saying('backfill')).toBe('backfill');
    expect(saying('from-now-on')).toBe('from-now-on');
    expect(saying('stop')).toBe('stop');
  });

  it('but a sync that comes or goes sent nothing otherwise', () => {
    const without = read(whole.slice(0, whole.indexOf('syncs:')));
    for (const [before, after] of [
      [without, read(whole)],
      [read(whole), without],
    ] as const)
      expect(changesBetween(before, after).at(-1)).not.toHaveProperty('mapping');
  });
});
