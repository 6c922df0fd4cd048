import { expect, it } from 'vitest';
import { fieldText } from './field-text.js';

it('shows where the value of a field comes from', () => {
  expect(fieldText({ kind: 'column', column: 'email' })).toBe('email');
  expect(fieldText({ kind: 'template', template: '{{ a }}' })).toBe('{{ a }}');
  expect(fieldText({ kind: 'metadata', metadata: 'run_id' })).toBe('run_id');
});

it('tells a constant text from a number, a flag and nothing', () => {
  const constants = [{ text: '1' }, { number: '1.50' }, { flag: false }, { null: true as const }];
  expect(constants.map((constant) => fieldText({ kind: 'constant', constant }))).toEqual([
    '"1"',
    '1.50',
    'false',
    'null',
  ]);
});

it('shows what a lookup finds, and by what', () => {
  const lookup = {
    object: 'public.accounts',
    match: [
      { field: 'domain', column: 'company' },
      { field: 'country', column: 'land' },
    ],
    returns: 'id',
    onMiss: 'reject' as const,
    onMany: 'reject' as const,
  };
  expect(fieldText({ kind: 'lookup', lookup })).toBe(
    'public.accounts.id where domain = company and country = land',
  );
});
