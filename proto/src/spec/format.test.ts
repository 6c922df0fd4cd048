import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitrarySpecification } from '../testing/arbitrary-specification.js';
import { formatSpecification } from './format.js';
import { parseSpecification } from './parse.js';

describe('a specification', () => {
  it('is the same after it was written and read again', () => {
    fc.assert(
      fc.property(arbitrarySpecification, (specification) => {
        const read = parseSpecification(formatSpecification(specification));
        expect(read.problems).toEqual([]);
        expect(read.specification).toEqual(specification);
      }),
    );
  });

  it('is the same after it was stored as JSON, whose keys come back in any order', () => {
    fc.assert(
      fc.property(arbitrarySpecification, (specification) => {
        const stored = JSON.parse(
          JSON.stringify(specification),
          reversedKeys,
        ) as typeof specification;
        expect(stored).toEqual(specification);
        expect(formatSpecification(stored)).toEqual(formatSpecification(specification));
      }),
    );
  });

  it('keeps the text of a number', () => {
    const fields =
      '{ a: { constant: 1.10 }, b: { constant: 12345678901234567890 }, c: { constant: "1.10" } }';
    const text = `
sources: { s: { type: postgres } }
destinations: { d: { type: postgres } }
models: { m: { source: s, table: t, primaryKey: [id] } }
syncs: { x: { model: m, destination: d, object: o, mode: upsert, key: { id: id }, fields: ${fields} } }`;
    const { specification } = parseSpecification([{ path: 'a.yaml', text }]);
    const written = formatSpecification(specification!)
      .map((file) => file.text)
      .join('');
    expect(written).toContain('constant: 1.10\n');
    expect(written).toContain('constant: 12345678901234567890\n');
    expect(written).toContain('constant: "1.10"\n');
  });
});

function reversedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toReversed());
}
