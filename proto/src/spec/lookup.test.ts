import { describe, expect, it } from 'vitest';
import { LookupMany, LookupMiss } from '../gen/drawbridge/v1/sync_pb.js';
import { compileSync } from './compile.js';
import { formatSpecification } from './format.js';
import { parseSpecification } from './parse.js';

const whole = `sources: { s: { type: postgres } }
destinations: { d: { type: postgres } }
models: { m: { source: s, table: t, primaryKey: [id] } }
syncs:
  x:
    model: m
    destination: d
    object: public.people
    mode: upsert
    key: { id: id }
    fields:
      account_id:
        lookup: { object: public.accounts, match: { domain: company, country: land }, return: id, onMiss: skip }
        nulls: omit
`;
const lookup =
  '{ object: public.accounts, match: { domain: company, country: land }, return: id, onMiss: skip }';

const parsed = (text: string) => parseSpecification([{ path: 'a.yaml', text }]);

function spoilt(from: string, to: string): string {
  expect(whole).toContain(from);
  return whole.replace(from, to);
}

const problemsOf = (text: string): string[] =>
  parsed(text).problems.map(({ line, column, code }) => `${line}:${column} ${code}`);

const fieldOf = (text: string) => parsed(text).specification?.syncs.x?.fields[0];

describe('a lookup', () => {
  it('is read as it is written', () => {
    expect(fieldOf(whole)).toEqual({
      field: 'account_id',
      value: {
        kind: 'lookup',
        lookup: {
          object: 'public.accounts',
          match: [
            { field: 'domain', column: 'company' },
            { field: 'country', column: 'land' },
          ],
          returns: 'id',
          onMiss: 'skip',
          onMany: 'reject',
        },
      },
      nulls: 'omit',
    });
  });

  it('rejects a row that has no record, unless it says otherwise', () => {
    const field = fieldOf(spoilt(', onMiss: skip', ''));
    expect(field?.value).toMatchObject({ lookup: { onMiss: 'reject', onMany: 'reject' } });
  });

  it.each(['null', '"null"', "'null'"])('knows %s as a word', (word) => {
    const field = fieldOf(spoilt('onMiss: skip', `onMiss: ${word}`));
    expect(field?.value).toMatchObject({ lookup: { onMiss: 'null' } });
  });

  it('may look into the sync’s own object, and make what is missing', () => {
    const text = spoilt('public.accounts', 'public.people').replace('skip', 'create');
    expect(problemsOf(text)).toEqual([]);
  });

  it('is written out as it was read', () => {
    const { specification } = parsed(spoilt('onMiss: skip', 'onMiss: null, onMany: reject'));
    const files = formatSpecification(specification!);
    expect(files.find(({ path }) => path === 'syncs.yaml')?.text).toContain(
      `lookup:
          object: public.accounts
          match:
            domain: company
            country: land
          return: id
          onMiss: null
        nulls: omit`,
    );
    expect(parseSpecification(files).specification).toEqual(specification);
  });

  it('travels with its fields in order', () => {
    const ids = { workspaceId: 'w', syncId: 's', version: 1 };
    const [field] = compileSync(parsed(whole).specification!, 'x', ids).fields;
    expect(field?.value).toMatchObject({
      case: 'lookup',
      value: {
        object: 'public.accounts',
        match: [
          { field: 'country', column: 'land' },
          { field: 'domain', column: 'company' },
        ],
        returns: 'id',
        onMiss: LookupMiss.SKIP,
        onMany: LookupMany.REJECT,
      },
    });
  });
});

describe('a mistake in a lookup is found where it stands', () => {
  const match = '{ domain: company, country: land }';
  const many = Array.from({ length: 33 }, (_, n) => `f${n}: c`).join(', ');

  it.each([
    ['no object', 'object: public.accounts, ', '', '13:9 spec.missing'],
    ['no match', `match: ${match}, `, '', '13:9 spec.missing'],
    ['nothing to match', match, '{}', '13:44 spec.empty_key'],
    ['too much to match', match, `{ ${many} }`, '13:44 spec.bad_value'],
    ['a match that is a list', match, '[domain]', '13:44 spec.wrong_type'],
    ['a match with a value', 'company,', '{ constant: 1 },', '13:53 spec.wrong_type'],
    ['nothing to return', ', return: id', '', '13:9 spec.missing'],
    ['an empty field to return', 'return: id', 'return: ""', '13:95 spec.missing'],
    ['an unknown way with a miss', 'onMiss: skip', 'onMiss: ignore', '13:107 spec.bad_value'],
    ['no word for a miss', 'onMiss: skip', 'onMiss:', '13:99 spec.wrong_type'],
    ['an unknown way with many', 'onMiss: skip', 'onMany: first', '13:107 spec.bad_value'],
    ['an unknown word', 'onMiss: skip', 'onMis: skip', '13:99 spec.unknown_key'],
    ['a word in place of the lookup', lookup, 'public.accounts', '13:17 spec.wrong_type'],
    ['a column beside it', 'nulls: omit', 'column: a', '12:7 spec.conflict'],
    ['a default that is missing', 'nulls: omit', 'nulls: default', '12:7 spec.missing'],
    ['an object of endless name', 'public.accounts', 'a'.repeat(1001), '13:27 spec.bad_value'],
  ])('%s', (_name, from, to, expected) => {
    expect(problemsOf(spoilt(from, to))).toEqual([expected]);
  });
});
