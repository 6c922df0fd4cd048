import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cursorOf, pageOf, pageSize, placeOf } from './page.js';

const text = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('ü\u2028', '"', '日本', '\0'));

it('gives back the place that a cursor was made of, whatever the texts', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (place) => {
      const cursor = cursorOf(place);
      expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(placeOf(cursor, place.length)).toEqual(place);
    }),
  );
});

it('refuses what it did not make', () => {
  const made = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const cursor of ['', 'x', made({}), made(['a', 'b']), made([1]), made('a')])
    expect(() => placeOf(cursor, 1)).toThrow(expect.objectContaining({ code: 'page.bad_cursor' }));
});

it('holds 20 items unless told, and never more than 100', () => {
  expect([pageSize({}), pageSize({ first: null }), pageSize({ first: 7 })]).toEqual([20, 20, 7]);
  for (const first of [0, -1, 101])
    expect(() => pageSize({ first })).toThrow(expect.objectContaining({ code: 'page.bad_size' }));
});

it('shows every item once when pages are read one after the other', () => {
  fc.assert(
    fc.property(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 9 }), (count, size) => {
      const items = Array.from({ length: count }, (_, n) => n);
      const seen: number[] = [];
      for (let start = 0, more = true; more; start += size) {
        const page = pageOf(items.slice(start, start + size + 1), size, (n) => cursorOf([`${n}`]));
        seen.push(...page.edges.map(({ node }) => node));
        expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
        more = page.pageInfo.hasNextPage;
      }
      expect(seen).toEqual(items);
    }),
  );
});
