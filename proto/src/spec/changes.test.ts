import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitrarySpecification } from '../testing/arbitrary-specification.js';
import { changesBetween, differenceOf } from './changes.js';
import { parseSpecification } from './parse.js';

const read = (text: string) => parseSpecification([{ path: 'a.yaml', text }]).specification!;
const empty = { sources: {}, destinations: {}, models: {}, syncs: {}, alerts: {} };

describe('changes', () => {
  it('are none between a specification and itself', () => {
    fc.assert(
      fc.property(arbitrarySpecification, (specification) => {
        const fieldsMoved = Object.fromEntries(
          Object.entries(specification.syncs).map(([name, sync]) => [
            name,
            { ...sync, fields: sync.fields.toReversed() },
          ]),
        );
        expect(changesBetween(specification, { ...specification, syncs: fieldsMoved })).toEqual([]);
      }),
    );
  });

  it('name each item once, with what is done to it', () => {
    fc.assert(
      fc.property(arbitrarySpecification, (specification) => {
        const items = Object.values(specification).flatMap((section) => Object.keys(section));
        expect(changesBetween(empty, specification).map(({ action }) => action)).toEqual(
          items.map(() => 'create'),
        );
        expect(changesBetween(specification, empty).map(({ action }) => action)).toEqual(
          items.map(() => 'remove'),
        );
      }),
    );
  });

  it('show the lines that differ', () => {
    const before = read('sources: { s: { type: postgres, settings: { host: a, port: 1 } } }');
    const after = read('sources: { s: { type: postgres, settings: { host: b, port: 1 } } }');
    expect(changesBetween(before, after)).toEqual([
      { kind: 'source', name: 's', action: 'update', difference: ['-   host: a', '+   host: b'] },
    ]);
  });
});

describe('the difference of two texts', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });

  it('leaves the same lines on both sides', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const difference = differenceOf(before, after);
        const without = (all: string[], sign: string): string[] => {
          const gone = difference
            .filter((line) => line.startsWith(sign))
            .map((line) => line.slice(2));
          return gone.reduce((rest, line) => rest.toSpliced(rest.indexOf(line), 1), all).toSorted();
        };
        expect(without(before, '-')).toEqual(without(after, '+'));
      }),
    );
  });
});
