import { describe, expect, it } from 'vitest';
import type { ValueType } from '../../connector/value.js';
import type { DescribedField } from './describe.js';
import type { FieldRule } from './field-rule.js';
import { fitFor } from './fit.js';
import { constantMember, recordJson } from './payload.js';

const field = (name: string, type = 'string'): DescribedField => ({
  name,
  label: name,
  type,
  length: 0,
  scale: 0,
  createable: true,
  updateable: true,
  nillable: true,
  defaultedOnCreate: false,
  filterable: true,
  externalId: false,
  idLookup: false,
  unique: false,
  caseSensitive: false,
  restrictedPicklist: false,
  picklistValues: [],
  relationshipName: null,
  referenceTo: [],
});

const rule = (
  { type, from = 'text', ...rest }: { type?: string; from?: ValueType } & Partial<FieldRule>,
  name = 'F__c',
): FieldRule => {
  const described = field(name, type);
  const fit = fitFor(described, { from, truncate: false });
  return { name, field: described, from, fit, related: undefined, omitsNulls: false, ...rest };
};

describe('a record as JSON', () => {
  it('writes values by the type of their fields, with every digit', () => {
    const rules = [
      rule({ type: 'double', from: 'decimal' }, 'A__c'),
      rule({ type: 'boolean', from: 'boolean' }, 'B__c'),
      rule({ type: 'string', from: 'integer' }, 'C__c'),
      rule({ type: 'int', from: 'text' }, 'D__c'),
      rule({ type: 'multipicklist', from: 'json' }, 'E__c'),
    ];
    const texts = ['12345678901234567890.10', 'f', '7', 'many', '["a","b"]'];
    expect(recordJson('Thing__c', { texts, rules }, ['"id":"001"'])).toBe(
      '{"attributes":{"type":"Thing__c"},"id":"001","A__c":12345678901234567890.10,"B__c":false,"C__c":"7","D__c":"many","E__c":"a;b"}',
    );
  });

  it('clears what is NULL, unless that is left as it is', () => {
    const rules = [rule({}, 'A__c'), rule({ omitsNulls: true }, 'B__c'), undefined];
    expect(recordJson('T', { texts: [null, null, 'x'], rules }, [])).toBe(
      '{"attributes":{"type":"T"},"A__c":null}',
    );
  });

  it('finds related records by a field of theirs, and clears the reference itself', () => {
    const related = {
      relationship: 'Account',
      object: 'Account',
      by: field('ExtId__c'),
      isOneOfMany: false,
    };
    const account = { ...rule({ related }, 'AccountId'), name: 'Account.ExtId__c' };
    const owner = rule(
      { related: { ...related, relationship: 'Owner', object: 'User', isOneOfMany: true } },
      'OwnerId',
    );
    const rules = [account, owner];
    expect(recordJson('T', { texts: ['a"1', 'u'], rules }, [])).toBe(
      '{"attributes":{"type":"T"},"Account":{"ExtId__c":"a\\"1"},"Owner":{"attributes":{"type":"User"},"ExtId__c":"u"}}',
    );
    expect(recordJson('T', { texts: [null, null], rules }, [])).toBe(
      '{"attributes":{"type":"T"},"AccountId":null,"OwnerId":null}',
    );
  });

  it('writes constants as their fields want them', () => {
    expect(constantMember({ field: field('A__c', 'boolean'), text: 'true' })).toBe('"A__c":true');
    expect(constantMember({ field: field('A__c'), text: 'true' })).toBe('"A__c":"true"');
    expect(constantMember({ field: field('A__c'), text: null })).toBe('"A__c":null');
  });
});
