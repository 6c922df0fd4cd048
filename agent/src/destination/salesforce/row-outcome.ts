import type { Batch, Outcome } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import { codeOf, passing } from './refusal.js';
import type { VendorError } from './refusal.js';

export const accepted: Outcome = { kind: 'accepted' };
export const skipped: Outcome = { kind: 'skipped' };

export type Operation = Pick<Batch, 'kind' | 'change'>;

/** A record that is not there: nothing to remove, and nothing to update. */
export function outcomeOfMissing({ change }: Operation): Outcome {
  return change === 'removed' ? accepted : skipped;
}

/** A key that is not unique: nobody can tell which record is meant. */
export function outcomeOfSeveral(): Outcome {
  const failure = new Failure(
    'REJECTED',
    'destination.several_records',
    'Several records have the key of the row. Nothing was written.',
  );
  return { kind: 'rejected', failure };
}

/**
 * What Salesforce's errors for one record mean. `key`: the field that finds it.
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm (status codes, read 2026-11)
 */
export function outcomeOfErrors(
  errors: readonly VendorError[],
  operation: Operation,
  { key, detail }: { key: string | undefined; detail: string },
): Outcome {
  const [first = { code: '', message: '', fields: [] }] = errors;
  const mayBeMade = operation.kind === 'create' || operation.kind === 'upsert';
  if (!mayBeMade && isGone(first)) return outcomeOfMissing(operation);
  if (operation.kind === 'create' && key !== undefined && isThere(first, key)) return skipped;
  return { kind: 'rejected', failure: failureOfRow(first, detail) };
}

/** The record itself, not one that it refers to. */
function isGone({ code, fields }: VendorError): boolean {
  if (code === 'ENTITY_IS_DELETED') return true;
  const isItself = fields.every((name) => name.toLowerCase() === 'id');
  return code === 'INVALID_CROSS_REFERENCE_KEY' && isItself;
}

/** `duplicate value found: ExtId__c duplicates value on record with id: …` */
function isThere({ code, message, fields }: VendorError, key: string): boolean {
  if (code !== 'DUPLICATE_VALUE') return false;
  return fields.includes(key) || message.includes(`: ${key} `);
}

function failureOfRow({ code, message }: VendorError, detail: string): Failure {
  const options = { vendorCode: code, detail };
  if (passing.has(code) || isHindered(message))
    return new Failure(
      'TRANSIENT',
      'destination.busy',
      'The destination asks to try later.',
      options,
    );
  return new Failure('REJECTED', 'destination.rejected', 'Salesforce refuses the record.', options);
}

/**
 * A trigger that ran into a lock says so in words of its own. And of two rows with one key the first is written, the
 * second is refused: by itself it is taken, and is the last (https://help.salesforce.com/s/articleView?id=000384876, read 2026-11).
 */
function isHindered(message: string): boolean {
  return /UNABLE_TO_LOCK_ROW|^Duplicate (external )?id specified/.test(message);
}

/** `REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --`, as a job's results write it. */
export function errorInReason(reason: string): VendorError {
  const [, code = '', rest = ''] = /^([A-Z0-9_]+):(.*)$/s.exec(reason) ?? [];
  const [, message = rest, names = ''] = /^(.*):([\w\s.]*)--\s*$/s.exec(rest) ?? [];
  return {
    code: codeOf(code),
    message: message || reason,
    fields: names.split(/\s+/).filter(Boolean),
  };
}
