import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitrarySpecification } from '../testing/arbitrary-specification.js';
import { sections, type Section, type Specification } from './entry.js';
import { entryDigest } from './entry-digest.js';
import { formatEntry } from './format.js';
import { parseEntry, parseSpecification } from './parse.js';

const beside = parseSpecification([
  {
    path: 'a.yaml',
    text: `sources: { s: { type: postgres } }
destinations: { d: { type: postgres } }
models: { m: { source: s, table: t, primaryKey: [id] } }
syncs: { x: { model: m, destination: d, object: o, mode: mirror, key: { id: id } } }`,
  },
]).specification!;

const sync = 'model: m\ndestination: d\nobject: o\nmode: upsert\nkey: { id: id }\n';
const problemsOf = (section: Section, name: string, text: string): string[] =>
  parseEntry({ section, name, text }, beside).problems.map(
    ({ line, column, code, path }) => `${line}:${column} ${code} ${path.join('.')}`,
  );

describe('one entry', () => {
  it('takes its place among the others, as YAML or as JSON', () => {
    const yaml = parseEntry({ section: 'syncs', name: 'y', text: sync }, beside);
    expect(Object.keys(yaml.specification?.syncs ?? {})).toEqual(['x', 'y']);
    const json = JSON.stringify({
      model: 'm',
      destination: 'd',
      object: 'o',
      mode: 'upsert',
      key: { id: 'id' },
    });
    expect(parseEntry({ section: 'syncs', name: 'y', text: json }, beside)).toEqual({
      ...yaml,
      placeOf: expect.any(Function),
    });
    const replaced = parseEntry({ section: 'syncs', name: 'x', text: sync }, beside);
    expect(replaced.specification?.syncs).toMatchObject({ x: { mode: 'upsert' } });
    expect(beside.syncs).toMatchObject({ x: { mode: 'mirror' } });
  });

  it('says of each problem where it is, and the keys that lead there', () => {
    expect(
      problemsOf('syncs', 'y', sync.replace('upsert', 'upsrt').replace('model: m', 'model: n')),
    ).toEqual(['1:8 spec.unknown_reference syncs.y.model', '4:7 spec.bad_value syncs.y.mode']);
    expect(problemsOf('sources', 'y', 'pool: a\nsettings: { password: x }')).toEqual([
      '1:1 spec.missing sources.y.type',
      '2:23 spec.secret_in_settings sources.y.settings.password',
    ]);
    expect(problemsOf('syncs', 'y', '{')).toEqual(['1:2 spec.syntax ']);
    expect(problemsOf('syncs', 'y', '')).toEqual(['1:1 spec.wrong_type syncs.y']);
    expect(problemsOf('models', 'a name', 'source: s')).toEqual([
      '1:1 spec.bad_name models.a name',
    ]);
  });

  it('is held against those that stand on it', () => {
    expect(problemsOf('sources', 's', 'type: postgres\npool: other')).toEqual([
      '0:0 spec.pool_mismatch syncs.x.destination',
    ]);
    expect(problemsOf('models', 'm', 'source: s\ntable: t\nprimaryKey: [other]')).toEqual([
      '0:0 spec.key_not_primary syncs.x.key',
    ]);
  });

  it('reads what any entry is written as, and then has its digest', () => {
    fc.assert(
      fc.property(arbitrarySpecification, (specification: Specification) => {
        for (const section of sections)
          for (const [name, entry] of Object.entries(specification[section])) {
            const text = formatEntry(section, entry);
            const read = parseEntry({ section, name, text }, specification).specification;
            expect(read).toEqual(specification);
            expect(entryDigest(read![section][name]!)).toBe(entryDigest(entry));
          }
      }),
      { numRuns: 15 },
    );
  });
});
