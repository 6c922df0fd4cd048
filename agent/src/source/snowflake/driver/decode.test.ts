import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../connector/lines.js';
import { MalformedRows, RowDecoder } from './decode.js';

const value = fc.option(
  fc.string({ unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.constantFrom('\\', '\t', '\n', '\r', '\b', '\f', '\v', '"', '/', '🙂', 'ż')) }),
  { nil: null },
); // prettier-ignore
const rows = fc.array(fc.tuple(value, value, value), { maxLength: 8 });
/** JSON has several texts of one string; Snowflake may choose any. */
const spelling = fc.constantFrom('plain', 'ascii', 'spaced');

function written(table: readonly (readonly (string | null)[])[], how: string): Buffer {
  const text = table.map((row) => JSON.stringify(row)).join(how === 'spaced' ? ' ,\n' : ',');
  if (how !== 'ascii') return Buffer.from(text);
  const ascii = text.replace(/\\\\|\\n|[^ -~]|z/g, (part) => {
    if (part === '\\\\') return part;
    const unit = part === '\\n' ? 10 : part.charCodeAt(0);
    return `\\u${unit.toString(16).padStart(4, '0')}`;
  });
  return Buffer.from(ascii);
}

function decoded(bytes: Buffer, cuts: readonly number[], columns = 3): string {
  const decoder = new RowDecoder(columns);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted(
    (a, b) => a - b,
  );
  let from = 0;
  const lines = ends.map((to) => {
    const part = Buffer.from(decoder.take(bytes.subarray(from, to)));
    from = to;
    return part;
  });
  decoder.end();
  return Buffer.concat(lines).toString();
}

describe('rows as Snowflake sends them', () => {
  it('become the canonical lines of the same values, wherever the pieces are cut', () => {
    fc.assert(
      fc.property(rows, spelling, fc.array(fc.nat(), { maxLength: 6 }), (table, how, cuts) => {
        expect(decoded(written(table, how), cuts)).toBe(Buffer.from(linesOf(table)).toString());
      }),
      { numRuns: 500 },
    );
  });

  it('are counted, part after part', () => {
    const decoder = new RowDecoder(1);
    for (const part of ['["1"],["2"]', '', '["3"]']) {
      decoder.take(Buffer.from(part));
      decoder.end();
    }
    expect(decoder.rows).toBe(3);
  });

  it.each([
    ['a number', '[1,"a","b"]'],
    ['a word that is not null', '[nil,"a","b"]'],
    ['too few values', '["a","b"]'],
    ['too many values', '["a","b","c","d"]'],
    ['no value where one should be', '["a",,"c"]'],
    ['no comma between rows', '["a","b","c"]["a","b","c"]'],
    ['an escape that is none', '["\\x","b","c"]'],
    ['half of a character', '["\\ud83d","b","c"]'],
    ['the other half', '["\\ude42","b","c"]'],
    ['a page of somebody else', '<html>'],
    ['an object', '{"message":"no"}'],
    ['an end within a row', '["a","b"'],
    ['an end within a text', '["a","b","c'],
  ])('are refused with %s', (_, text) => {
    expect(() => decoded(Buffer.from(text), [])).toThrow(MalformedRows);
  });
});
