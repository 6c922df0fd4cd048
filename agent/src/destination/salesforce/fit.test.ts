import { describe, expect, it } from 'vitest';
import type { ValueType } from '../../connector/value.js';
import { fitFor } from './fit.js';
import { plainTextOf } from './plain-text.js';

/** A canonical text, as the field gets it. */
function fitted(
  type: string,
  from: ValueType,
  text: string,
  { length = 0, truncate = false } = {},
): string {
  const plain = plainTextOf(text, from);
  return fitFor({ name: 'F__c', type, length }, { from, truncate })?.(plain) ?? plain;
}

describe('a value fits its field', () => {
  it.each<[string, ValueType, string, string]>([
    ['boolean', 'boolean', 't', 'true'],
    ['boolean', 'text', 'Yes', 'true'],
    ['boolean', 'integer', '0', 'false'],
    ['boolean', 'text', 'perhaps', 'perhaps'],
    ['date', 'date', '2026-11-25', '2026-11-25'],
    ['date', 'timestamptz', '2026-11-25 23:30:00.5+00', '2026-11-25'],
    ['date', 'text', '25.11.2026', '25.11.2026'],
    ['datetime', 'timestamptz', '2026-11-25 23:30:00.123456+00', '2026-11-25T23:30:00.123Z'],
    ['datetime', 'timestamp', '2026-11-25 23:30:00', '2026-11-25T23:30:00Z'],
    ['datetime', 'date', '2026-11-25', '2026-11-25T00:00:00Z'],
    ['datetime', 'text', '2026-11-25T23:30+02', '2026-11-25T23:30:00+02:00'],
    ['datetime', 'text', 'tomorrow', 'tomorrow'],
    ['time', 'time', '08:05:03.1234', '08:05:03.123Z'],
    ['time', 'time', '08:05:03', '08:05:03.000Z'],
    ['multipicklist', 'json', '["news", "offers"]', 'news;offers'],
    ['multipicklist', 'json', '[]', ''],
    ['multipicklist', 'json', '"news"', 'news'],
    ['multipicklist', 'json', '{"a":1}', '{"a":1}'],
    ['multipicklist', 'text', 'news;offers', 'news;offers'],
    ['double', 'decimal', '12345678901234567890.10', '12345678901234567890.10'],
    ['base64', 'bytes', '\\x00ff', 'AP8='],
    ['string', 'text', ' as it is ', ' as it is '],
  ])('%s from %s: %s → %s', (type, from, text, expected) => {
    expect(fitted(type, from, text)).toBe(expected);
  });

  it('refuses a value that would become two', () => {
    expect(() => fitted('multipicklist', 'json', '["a;b"]')).toThrow(
      expect.objectContaining({ kind: 'REJECTED', code: 'destination.bad_value' }),
    );
  });

  it('shortens a text when it may, and splits no character', () => {
    const long = { length: 3, truncate: true };
    expect(fitted('string', 'text', 'abcd', long)).toBe('abc');
    expect(fitted('textarea', 'text', 'ab🙂', long)).toBe('ab');
    expect(fitted('string', 'text', 'abcd', { ...long, truncate: false })).toBe('abcd');
    expect(fitted('email', 'text', 'a@example.com', long)).toBe('a@example.com');
  });
});
