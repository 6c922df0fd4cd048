import fc from 'fast-check';
import { createValidator } from '@bufbuild/protovalidate';
import { describe, expect, it } from 'vitest';
import { SyncSpecSchema, type FieldMapping, type SyncSpec } from '../gen/drawbridge/v1/sync_pb.js';
import { hasUnknownFields } from '../unknown-fields.js';
import { arbitrarySpecification } from '../testing/arbitrary-specification.js';
import { canonicalBytes, digestOf, specificationIn } from './canonical.js';
import { compileSync } from './compile.js';
import type { Specification } from './entry.js';
import { parseSpecification } from './parse.js';

const ids = {
  workspaceId: '55555555-0000-4000-8000-000000000000',
  syncId: '66666666-0000-4000-8000-000000000000',
  version: 3,
};

const text = `
sources:
  warehouse:
    type: postgres
    settings: { port: 5432, host: db.internal, tls: { mode: full, ca: file }, schemas: [b, a] }
    secrets: { password: env:PW, ca: file:/ca }
destinations: { app: { type: postgres } }
models: { m: { source: warehouse, primaryKey: [b, a], sql: "select 1;\\n" } }
syncs:
  s:
    model: m
    destination: app
    object: t
    mode: mirror
    firstRun: send
    key: { y: b, x: a }
    fields: { ü: u, z: { constant: 1.10 }, a: { template: "{{ a }}" } }
`;

const laterText = `
sources: { warehouse: { type: postgres } }
destinations: { app: { type: postgres } }
models: { m: { source: warehouse, primaryKey: [a], table: t, duplicates: first, orderBy: [b desc, a] } }
syncs:
  s:
    model: m
    destination: app
    object: t
    mode: mirror
    firstRun: send
    key: { x: a }
    fields: { z: { lookup: { object: u, match: { ü: b, k: c }, return: id, onMiss: create }, nulls: omit } }
    guards: { removed: { rows: 10, percent: 10, action: approve } }
    snapshots: hashed
    quarantineAfter: 5
    mappingChange: from-now-on
`;

const compiled = (specification: Specification): SyncSpec =>
  compileSync(specification, Object.keys(specification.syncs)[0]!, ids);

const example = (): SyncSpec =>
  compiled(parseSpecification([{ path: 'a.yaml', text }]).specification!);

const matchesReversed = (value: FieldMapping['value']): FieldMapping['value'] =>
  value.case === 'lookup'
    ? { case: 'lookup', value: { ...value.value, match: value.value.match.toReversed() } }
    : value;

describe('a compiled sync', () => {
  it('keeps the rules of the wire', () => {
    const validator = createValidator();
    fc.assert(
      fc.property(arbitrarySpecification, (specification) => {
        expect(validator.validate(SyncSpecSchema, compiled(specification)).kind).toBe('valid');
      }),
    );
  });

  it('has its lists in order, and keys in the order of the YAML', () => {
    const spec = example();
    expect(spec.source?.settings.map(({ name }) => name)).toEqual([
      'host',
      'port',
      'schemas',
      'tls',
    ]);
    expect(spec.source?.secrets.map(({ name }) => name)).toEqual(['ca', 'password']);
    expect(spec.fields.map(({ field }) => field)).toEqual(['a', 'z', 'ü']);
    expect(spec.key.map(({ field }) => field)).toEqual(['y', 'x']);
    expect(spec.model?.primaryKey).toEqual(['b', 'a']);
    expect(spec.model?.query).toEqual({ case: 'sql', value: 'select 1' });
  });
});

describe('canonical bytes', () => {
  // Stored and signed: a change of this digest makes every stored specification a stranger.
  it('stay what they are', () => {
    expect(digestOf(canonicalBytes(example()))).toBe(
      '284ca6df1bc674f18b10ae55367a8dbef426c6104955c091fb2a85fd16a3f876',
    );
  });

  it('stay what they are with every later word', () => {
    const later = parseSpecification([{ path: 'a.yaml', text: laterText }]).specification!;
    expect(digestOf(canonicalBytes(compiled(later)))).toBe(
      '1c157eb71b1ed3a1bdf7a526532764a6c4e3bd9922978e4429d9cfa4134766ed',
    );
  });

  it('are the same whatever order things were written in', () => {
    fc.assert(
      fc.property(arbitrarySpecification, (specification) => {
        const spec = compiled(specification);
        const shuffled = {
          ...spec,
          fields: spec.fields.toReversed(),
          options: spec.options.toReversed(),
        };
        shuffled.fields = shuffled.fields.map((field) => ({
          ...field,
          value: matchesReversed(field.value),
        }));
        shuffled.source = { ...spec.source!, settings: spec.source!.settings.toReversed() };
        expect(canonicalBytes(shuffled)).toEqual(canonicalBytes(spec));
      }),
    );
  });

  it('are read back as what they were made from', () => {
    const read = specificationIn(canonicalBytes(example()));
    expect(hasUnknownFields(read)).toBe(false);
    expect(read).toEqual(example());
  });

  it('differ when anything differs', () => {
    const spec = example();
    const others = [
      { ...spec, version: 4n },
      { ...spec, object: 'u' },
      { ...spec, key: spec.key.toReversed() },
      { ...spec, fields: spec.fields.slice(1) },
    ];
    const digests = [spec, ...others].map((other) => digestOf(canonicalBytes(other)));
    expect(new Set(digests).size).toBe(digests.length);
  });
});
