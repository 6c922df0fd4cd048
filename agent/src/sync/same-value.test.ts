import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeText } from '../connector/lines.js';
import { canonicalJson } from './same-value.js';

const canonical = (text: string): string => canonicalJson(escapeText(text));

/** The same value with its keys the other way round, however deep. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, each]) => [name, turned(each)]),
  );
}

describe('canonical JSON', () => {
  it('is the same whatever the order of keys and the space between', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(canonical(JSON.stringify(turned(value), null, '\t\n'))).toBe(canonical(text));
        expect(JSON.parse(canonical(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['1.0', '1.00'],
    ['{"a":12345678901234567891}', '{"a":12345678901234567892}'],
    ['[1,2]', '[2,1]'],
    ['{"a":{"b":1}}', '{"a.b":1,"a":{}}'],
    ['"1"', '1'],
    ['null', '"null"'],
    ['{"a":null}', '{}'],
    ['{"__proto__":1}', '{}'],
  ])('%s is not %s', (one, other) => {
    expect(canonical(one)).not.toBe(canonical(other));
  });

  it('leaves what is no JSON as it is', () => {
    expect(canonicalJson('{"a":')).toBe('{"a":');
    const deep = '['.repeat(100_000);
    expect(canonicalJson(deep)).toBe(deep);
  });
});
