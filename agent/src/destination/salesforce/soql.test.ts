import { describe, expect, it } from 'vitest';
import { encodedBytes, literal, packed, quoted } from './soql.js';

describe('a query', () => {
  it.each([
    ["Bob's", "'Bob\\'s'"],
    ["\\' OR Id != '", "'\\\\\\' OR Id != \\''"],
    ['two\nlines\tand\rmore', "'two\\nlines\\tand\\rmore'"],
    ['\u0000\u0007\u2028', "'\\u0000\\u0007\\u2028'"],
    ['ż🙂 100%_', "'ż🙂 100%_'"],
  ])('holds %j as a text and nothing else', (text, expected) => {
    expect(quoted(text)).toBe(expected);
  });

  it.each([
    ['int', '7', '7'],
    ['int', '7 OR Id != null', undefined],
    ['double', '1.50', '1.50'],
    ['double', 'NaN', undefined],
    ['boolean', 'true', 'true'],
    ['boolean', 'maybe', undefined],
    ['date', '2026-11-25', '2026-11-25'],
    ['date', 'TODAY', undefined],
    ['datetime', '2026-11-25T10:00:00.000Z', '2026-11-25T10:00:00.000Z'],
    ['picklist', 'a', "'a'"],
    ['id', '003000000000001AAA', "'003000000000001AAA'"],
    ['reference', '003000000000001', "'003000000000001'"],
    ['id', "x'", undefined],
    ['string', 'x'.repeat(41), undefined],
  ])('compares a field of type %s with %s', (type, text, expected) => {
    expect(literal({ type, length: 40 }, text)).toBe(expected);
  });

  it('is cut before it is too long for a URL, and loses nothing', () => {
    const conditions = Array.from({ length: 500 }, (_, n) => quoted(`ü${n} & a longer text`));
    const parts = [...packed(conditions, 100)];
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.flatMap(([from, to]) => conditions.slice(from, to))).toEqual(conditions);
    for (const [from, to] of parts)
      expect(encodedBytes(conditions.slice(from, to).join(','))).toBeLessThan(12_000);
    expect([...packed([], 100)]).toEqual([]);
    expect([...packed(['x'.repeat(20_000), 'y'], 100)]).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
});
