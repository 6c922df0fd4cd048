import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../connector/destination.js';
import { errorInReason, outcomeOfErrors } from './row-outcome.js';
import type { Operation } from './row-outcome.js';

const upsert: Operation = { kind: 'upsert', change: 'changed' };
const update: Operation = { kind: 'update', change: 'changed' };
const remove: Operation = { kind: 'delete', change: 'removed' };
const archive: Operation = { kind: 'archive', change: 'removed' };
const create: Operation = { kind: 'create', change: 'added' };

const told = (reason: string, operation: Operation): Outcome =>
  outcomeOfErrors([errorInReason(reason)], operation, { key: 'ExtId__c', detail: reason });

const code = (reason: string, operation = upsert): unknown => {
  const outcome = told(reason, operation);
  return 'failure' in outcome
    ? [outcome.failure.kind, outcome.failure.code, outcome.failure.vendorCode]
    : outcome.kind;
};

describe('what Salesforce says of a record', () => {
  it('is read from the results of a job', () => {
    expect(errorInReason('REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --')).toEqual({
      code: 'REQUIRED_FIELD_MISSING',
      message: 'Required fields are missing: [Name]',
      fields: ['Name'],
    });
    expect(errorInReason('UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--')).toEqual({
      code: 'UNABLE_TO_LOCK_ROW',
      message: 'unable to obtain exclusive access to this record',
      fields: [],
    });
    expect(errorInReason('something else')).toEqual({ code: '', message: 'something else', fields: [] });
  }); // prettier-ignore

  it('refuses the row by its code, and by no word of its text', () => {
    const outcome = told('STRING_TOO_LONG:Name: data value too large: secret-4711:Name --', upsert);
    expect(outcome).toMatchObject({ kind: 'rejected', failure: { kind: 'REJECTED', vendorCode: 'STRING_TOO_LONG' } });
    expect('failure' in outcome && outcome.failure.message).not.toContain('4711');
    expect('failure' in outcome && outcome.failure.detail).toContain('4711');
    expect(code('odd text without a code')).toEqual(['REJECTED', 'destination.rejected', '']);
  }); // prettier-ignore

  it.each([
    'UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--',
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:Trigger: execution of AfterUpdate caused by: UNABLE_TO_LOCK_ROW, unable to:--',
    'SERVER_UNAVAILABLE:try later:--',
  ])('puts the row off: %s', (reason) => {
    expect(code(reason)).toEqual(['TRANSIENT', 'destination.busy', reason.split(':')[0]]);
  });

  it('finds nothing to update or remove where the record is gone', () => {
    for (const reason of ['ENTITY_IS_DELETED:entity is deleted:--', 'INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:Id --']) {
      expect(code(reason, update)).toBe('skipped');
      expect(code(reason, remove)).toBe('accepted');
      expect(code(reason, archive)).toBe('accepted');
      expect(code(reason, upsert)).toEqual(['REJECTED', 'destination.rejected', reason.split(':')[0]]);
    }
    const other = 'INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:AccountId --';
    expect(code(other, update)).toEqual(['REJECTED', 'destination.rejected', 'INVALID_CROSS_REFERENCE_KEY']);
  }); // prettier-ignore

  it('skips a record that is to be created and has the key already', () => {
    const mine =
      'DUPLICATE_VALUE:duplicate value found: ExtId__c duplicates value on record with id: 001:--';
    const other =
      'DUPLICATE_VALUE:duplicate value found: Email__c duplicates value on record with id: 001:--';
    expect(code(mine, create)).toBe('skipped');
    expect(code(other, create)).toEqual(['REJECTED', 'destination.rejected', 'DUPLICATE_VALUE']);
    expect(code(mine, upsert)).toEqual(['REJECTED', 'destination.rejected', 'DUPLICATE_VALUE']);
  });

  it('sends the second of two with one key again by itself', () => {
    expect(code('DUPLICATE_VALUE:Duplicate external id specified: 7:ExtId__c --')).toEqual([
      'TRANSIENT',
      'destination.busy',
      'DUPLICATE_VALUE',
    ]);
  });
});
