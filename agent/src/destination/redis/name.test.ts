import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TargetField } from '../../connector/destination.js';
import { compileTemplate } from '../../connector/template.js';
import { Failure } from '../../failure.js';
import { compileName } from './name.js';
import { octetsOf, textOf } from './octets.js';

const field = (name: string, type: TargetField['type'] = 'text'): TargetField => ({
  name,
  type,
  nulls: 'send',
});
const key = [field('shop'), field('id', 'integer')];
const nameOf = (template: string, values: (string | null)[], of = key): string =>
  textOf(compileName(template, of).render(values.map((value) => value && octetsOf(value))));

describe('the name of a Redis key', () => {
  it.each([
    ['order:{{ shop }}:{{ id }}', ['berlin', '7'], 'order:berlin:7'],
    ['{{id}}', ['berlin', '7'], '7'],
    [`{{ '{' }}{{ shop }}}:{{ id }}/é`, ['żółć', '7'], '{żółć}:7/é'],
    ['{{ shop | url_encode }}:{{ id }}', ['a:b c', '7'], 'a%3Ab+c:7'],
    ['{{ shop | base64_encode }}', ['żó', '7'], 'xbzDsw=='],
  ])('%s', (template, values, name) => {
    expect(nameOf(template, values)).toBe(name);
    // The configuration is checked by Liquid itself.
    expect(compileTemplate(template).variables.length).toBeGreaterThan(0);
  });

  it('writes a boolean as a word and bytes as themselves', () => {
    const of = [field('flag', 'boolean'), field('raw', 'bytes')];
    const name = compileName('{{ flag }}:{{ raw }}', of).render(['t', '\\xc3bc']);
    expect(name).toBe('true:\u00c3\u00bc');
  });

  it.each([
    ['{{ shop }}:{{ id }}', ['a:b', '7']],
    ['{{ shop }}::{{ id }}', ['a:', '7']],
    ['{{ shop }}:{{ id }}', ['', '7']],
    ['{{ shop }}:{{ id }}', ['a', null]],
  ])('rejects a row that could be another one: %s of %j', (template, values) => {
    expect(() => nameOf(template, values)).toThrow(
      expect.objectContaining({ kind: 'REJECTED', code: 'destination.bad_name' }),
    );
  });

  it.each([
    '',
    '{{ shop }}{{ id }}',
    '{{ email }}',
    '{{ shop | downcase }}',
    '{{ shop | url_encode | slice: 1 }}',
    '{% if id %}x{% endif %}',
    '{{ shop.id }}',
    '{{ shop',
  ])('refuses a template that could give two keys one name: %s', (template) => {
    expect(() => compileName(template, key)).toThrow(
      expect.objectContaining({ kind: 'CONFIG', code: 'destination.bad_name_template' }),
    );
  });

  it('refuses filters on bytes, which are no text', () => {
    expect(() => compileName('{{ raw | url_encode }}', [field('raw', 'bytes')])).toThrow(Failure);
  });

  it('gives no two keys one name, whatever stands between the values', () => {
    const value = fc.string({ unit: fc.constantFrom('a', ':', '-', '%'), maxLength: 5 });
    const separator = fc.string({ unit: fc.constantFrom(':', '-'), minLength: 1, maxLength: 3 });
    const rows = fc.tuple(separator, value, value, value, value);
    const isKeptApart = fc.property(rows, ([between, a, b, c, d]) => {
      const { render } = compileName(`x{{ shop }}${between}{{ id }}`, key);
      const named = (values: string[]): string | undefined => {
        try {
          return render(values);
        } catch {
          return undefined;
        }
      };
      const first = named([a, b]);
      return first === undefined || first !== named([c, d]) || (a === c && b === d);
    });
    expect(fc.check(isKeptApart, { numRuns: 2_000 }).counterexample).toBeNull();
  });
});
