import type { Outcome } from '../../connector/destination.js';
import { unreadable } from './org.js';
import { codeOf } from './refusal.js';
import type { VendorError } from './refusal.js';
import { accepted, outcomeOfErrors } from './row-outcome.js';
import type { Operation } from './row-outcome.js';

/** Told of one record: `{"id":"…","success":true,"errors":[]}`. */
interface Told {
  id?: unknown;
  success?: unknown;
  errors?: unknown;
}

/** One outcome for each record of a call, in order. */
export function readResults(
  answer: unknown,
  count: number,
  operation: Operation & { key: string | undefined },
): Outcome[] {
  if (!Array.isArray(answer) || answer.length !== count)
    throw unreadable(JSON.stringify(answer).slice(0, 10_000));
  return (answer as Told[]).map((told) => {
    if (told.success === true) return accepted;
    const errors = Array.isArray(told.errors) ? told.errors.map(errorOf) : [];
    return outcomeOfErrors(errors, operation, {
      key: operation.key,
      detail: JSON.stringify(told.errors ?? told),
    });
  });
}

function errorOf(error: unknown): VendorError {
  const { statusCode, message, fields } = (error ?? {}) as Record<string, unknown>;
  return {
    code: codeOf(statusCode),
    message: typeof message === 'string' ? message : '',
    fields: Array.isArray(fields) ? fields.map(String) : [],
  };
}
