import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Failure } from '../../failure.js';
import { compileUrl, urlOf, urlsOf } from './url.js';

const base = 'https://api.example/v1';
const url = (template: string, record: Record<string, unknown>, baseUrl = base): string => {
  const found = urlOf(compileUrl(template), record, baseUrl);
  expect(urlsOf(compileUrl(template), baseUrl)(record)).toBe(found);
  return found;
};
const rejected = expect.objectContaining({ kind: 'REJECTED', code: 'record.bad_url' });

it.each([
  ['a/d&a ż', 'https://api.example/v1/customers/a%2Fd%26a%20%C5%BC'],
  ['100%', 'https://api.example/v1/customers/100%25'],
  ['a..b', 'https://api.example/v1/customers/a..b'],
  ['...', 'https://api.example/v1/customers/...'],
  ['?x=1#y', 'https://api.example/v1/customers/%3Fx%3D1%23y'],
  [7, 'https://api.example/v1/customers/7'],
  [false, 'https://api.example/v1/customers/false'],
])('names one record by %j', (id, expected) => {
  expect(url('customers/{{ id }}', { id })).toBe(expected);
});

it.each([
  null, '', ' ', '.', '..', '%2e', '%2e%2E', '.%2e', '%252e%252e', '..%2F..', '../x', 'x/..', 'x\\..', 'x/../../y',
  '..;a=b', '//evil.example/x', '/x', 'x/', 'a//b', '\\\\evil.example', 'a\nb', 'a\u0000b', '%00', '%0d%0a',
  '\u0085', '\ud800',
])('rejects a row whose URL would insert %j', (id) => {
  for (const template of ['customers/{{ id }}', 'customers/{{ id | url_decode }}', '{{ id }}/orders'])
    expect(() => url(template, { id })).toThrow(rejected);
}); // prettier-ignore

it('says the same of a value without the engine as with it', () => {
  const outcome = (template: string, id: unknown): unknown => {
    try {
      return url(template, { id });
    } catch (error) {
      return (error as Failure).code;
    }
  };
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '.', '/', '%', '2', 'e', '\\', ' ', 'ż', '-') }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(null, true, 12, -0.5, 'null'),
  );
  fc.assert(
    fc.property(value, (id) => {
      const plain = outcome('x/{{ id }}/y?q={{id}}', id);
      expect(plain).toBe(outcome("x/{{ id | append: '' }}/y?q={{ id }}", id));
    }),
  );
  expect(() => url('x/{{ other }}', { id: 1 })).toThrow(
    expect.objectContaining({ code: 'record.template_failed' }),
  );
});

it('puts together for many records what it makes of one', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'x', '.', '/', '%', '2', 'e', ':', '?', '-'),
  });
  const found = (make: (record: Record<string, unknown>) => string, id: unknown): unknown => {
    try {
      return make({ id });
    } catch (error) {
      return (error as Failure).code;
    }
  };
  fc.assert(
    fc.property(
      text,
      text,
      fc.oneof(text, fc.integer(), fc.constant(null)),
      (before, after, id) => {
        const template = compileUrl(`${before}{{ id }}${after}`);
        const one = (record: Record<string, unknown>): string => urlOf(template, record, base);
        expect(found(urlsOf(template, base), id)).toEqual(found(one, id));
      },
    ),
    { numRuns: 1_000 },
  );
});

it('says nothing of the value but in the text that stays in the bucket', () => {
  for (const id of ['../secret', 'secret\n'])
    expect(() => url('customers/{{ id }}', { id })).toThrow(/^A value that the URL inserts/);
});

it('encodes after every filter, and has no filter that gets around it', () => {
  expect(url('x/{{ p | url_decode }}', { p: 'a%3Fb' })).toBe('https://api.example/v1/x/a%3Fb');
  expect(url('x/{{ p | slice: 0, 1 }}', { p: '?!' })).toBe('https://api.example/v1/x/%3F');
  expect(url('x{% echo p %}', { p: '?' })).toBe('https://api.example/v1/x%3F');
  expect(() => compileUrl('x/{{ p | raw }}')).toThrow(
    expect.objectContaining({ kind: 'CONFIG', code: 'mapping.bad_template' }),
  );
});

it('looks at what a template reads without inserting it no further', () => {
  const template = 'people{% if team %}/{{ team }}{% endif %}';
  expect(url(template, { team: null })).toBe('https://api.example/v1/people');
});

it('finds steps however they are written or put together', () => {
  expect(() => url('customers/{{ a }}', { a: '%ff/..' })).toThrow(rejected);
  expect(() => url('customers/.{% if b %}.{% endif %}/{{ b }}', { b: 'x' })).toThrow(rejected);
  expect(() => url('customers/%{{ b }}', { b: '2e' })).toThrow(rejected);
});

it.each([
  '//evil.example/x',
  'https://evil.example/x',
  'https://api.example:8443/v1/x',
  'http://api.example/v1/x',
  'https://you@api.example/v1/x',
  '\\\\evil.example/x',
  '/v2/x',
  '/v1',
  '../v2/x',
  'x/%2e%2e/%2e%2e/v2',
  'x/.\n./y',
  'https://',
])('stays below its base: %s', (text) => {
  expect(() => url(text, {})).toThrow(rejected);
});

it('takes a base with and without its slash, and a query of its own', () => {
  expect(url('x?a={{ a }}', { a: '&b=1' }, `${base}/`)).toBe('https://api.example/v1/x?a=%26b%3D1');
  expect(() => url('x?a={{ a }}', { a: null })).toThrow(rejected);
  expect(url('', {}, 'https://api.example')).toBe('https://api.example/');
});
