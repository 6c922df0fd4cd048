import { describe, expect, it } from 'vitest';
import { exactJsonOf, jsonValueOf } from './lines.js';

describe('JSON of a row', () => {
  it.each([
    '{"id":12345678901234567890,"n":[1.10,1e400,-0,0.1]}',
    '{"s":"1234567890123456789","t":"a\\"1.5","n":null,"b":true}',
    '[]',
    '9007199254740993',
  ])('%s is written again with every digit', (text) => {
    expect(JSON.stringify(exactJsonOf(text))).toBe(text);
    expect(JSON.stringify(jsonValueOf(text, 'json'))).toBe(text);
  });

  it('is refused when it is none', () => {
    expect(() => jsonValueOf('{1.5', 'json')).toThrow(
      expect.objectContaining({ kind: 'REJECTED', code: 'record.bad_json' }),
    );
  });
});
