import { Failure } from '../../failure.js';
import { quotaExceeded } from './quota.js';

/** An error as Salesforce tells it, of a request or of one record. */
export interface VendorError {
  /** Of the published list of status codes; empty where there is none. */
  code: string;
  message: string;
  fields: readonly string[];
}

/** Codes have this form; anything else may be a value. */
export function codeOf(text: unknown): string {
  return typeof text === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(text) ? text : '';
}

/** The first error in the body of an answer: `[{"errorCode":"…","message":"…","fields":[…]}]`. */
export function errorIn(body: string): VendorError {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  const { errorCode, message, fields } = (first ?? {}) as Record<string, unknown>;
  return {
    code: codeOf(errorCode),
    message: typeof message === 'string' ? message : '',
    fields: Array.isArray(fields) ? fields.map(String) : [],
  };
}

/**
 * What a refused request means, by who must act: what its status says, made exact by the vendor's code.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm (read 2026-11)
 */
export function refusalOf(failure: Failure): Failure {
  const { detail = '', dialogue } = failure;
  if (!dialogue?.response) return failure;
  const { code, message } = errorIn(detail);
  return (meaningOf(failure, code, message) ?? failure).during(dialogue);
}

function meaningOf(failure: Failure, code: string, message: string): Failure | undefined {
  const { detail = '', vendorCode: status } = failure;
  const options = { detail, vendorCode: code || status };
  if (isDailyLimit(code, message)) return quotaExceeded(detail, code);
  if (passing.has(code))
    return new Failure(
      'TRANSIENT',
      'destination.busy',
      'The destination asks to try later.',
      options,
    );
  if (failure.code === 'destination.auth_failed')
    return new Failure(
      'CONFIG',
      'destination.auth_failed',
      'Salesforce ends the session of the agent again and again. Check its session settings.',
      options,
    );
  if (status === '403')
    return new Failure(
      'CONFIG',
      'destination.forbidden',
      'The credentials do not allow this.',
      options,
    );
  if (failure.kind === 'REJECTED')
    return new Failure(
      'REJECTED',
      'destination.rejected',
      'Salesforce refuses the record.',
      options,
    );
  return undefined;
}

/** Calls that are too many at once pass; those of a day, and the batches of jobs, do not. */
function isDailyLimit(code: string, message: string): boolean {
  if (code === 'EXCEEDEDQUOTA') return true;
  return code === 'REQUEST_LIMIT_EXCEEDED' && !/concurrent/i.test(message);
}

/** Nothing was done, and it may be done in a while. */
export const passing: ReadonlySet<string> = new Set([
  'API_CURRENTLY_DISABLED',
  'QUERY_TIMEOUT',
  'REQUEST_LIMIT_EXCEEDED',
  'REQUEST_RUNNING_TOO_LONG',
  'SERVER_UNAVAILABLE',
  'UNABLE_TO_LOCK_ROW',
]);
