import { S3ServiceException } from '@aws-sdk/client-s3';
import { Failure, diskFull } from '../../failure.js';
import type { FailureOptions } from '../../failure.js';

type Meaning = (options: FailureOptions) => Failure;

const refusesCredentials: Meaning = (options) =>
  new Failure(
    'CONFIG',
    'destination.auth_failed',
    'The bucket refuses the credentials, or the agent has none for it.',
    options,
  );
const refusesKey: Meaning = (options) =>
  new Failure(
    'CONFIG',
    'destination.kms_refused',
    'The KMS key can not be used. See whether it is there, enabled, and lets the agent make data keys.',
    options,
  );
const forbids: Meaning = (options) =>
  new Failure(
    'CONFIG',
    'destination.bucket_forbidden',
    'The bucket refuses the agent. It needs to put, get, list and delete objects below the prefix.',
    options,
  );
const noBucket: Meaning = (options) =>
  new Failure('CONFIG', 'destination.no_bucket', 'There is no bucket of that name.', options);
const wrongRegion: Meaning = (options) =>
  new Failure(
    'CONFIG',
    'destination.wrong_region',
    'The bucket is in another region. Set the region of the destination.',
    options,
  );
const wrongClock: Meaning = (options) =>
  new Failure(
    'CONFIG',
    'destination.clock_wrong',
    'The clock of the agent and that of the bucket differ by more than 15 minutes.',
    options,
  );
const refuses: Meaning = (options) =>
  new Failure(
    'CONFIG',
    'destination.request_refused',
    'The bucket refuses the request. Its own words are in your bucket under the error id.',
    options,
  );
const isBusy: Meaning = (options) =>
  new Failure('TRANSIENT', 'destination.busy', 'The bucket asks to slow down.', options);
const isDamaged: Meaning = (options) =>
  new Failure(
    'TRANSIENT',
    'destination.damaged',
    'What arrived at the bucket was not what was sent, so it was not taken.',
    options,
  );
const isUnreachable: Meaning = (options) =>
  new Failure('TRANSIENT', 'destination.unreachable', 'The bucket does not answer.', options);
const tlsFailed: Meaning = (options) =>
  new Failure(
    'CONFIG',
    'destination.tls_failed',
    'TLS with the bucket failed. Check its certificate.',
    options,
  );
const noAnswer: Meaning = (options) =>
  new Failure(
    'TRANSIENT',
    'destination.no_answer',
    'The connection broke before the bucket had answered.',
    options,
  );

/** S3's codes, by who must act. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (read 2026-11) */
const meanings: Readonly<Record<string, Meaning>> = {
  CredentialsProviderError: refusesCredentials,
  InvalidAccessKeyId: refusesCredentials,
  SignatureDoesNotMatch: refusesCredentials,
  InvalidToken: refusesCredentials,
  ExpiredToken: refusesCredentials,
  AccessDenied: forbids,
  NoSuchBucket: noBucket,
  InvalidBucketName: noBucket,
  PermanentRedirect: wrongRegion,
  AuthorizationHeaderMalformed: wrongRegion,
  RequestTimeTooSkewed: wrongClock,
  SlowDown: isBusy,
  ServiceUnavailable: isBusy,
  ThrottlingException: isBusy,
  RequestLimitExceeded: isBusy,
  'KMS.ThrottlingException': isBusy,
  BadDigest: isDamaged,
  InvalidDigest: isDamaged,
  IncompleteBody: isDamaged,
  XAmzContentSHA256Mismatch: isDamaged,
  XAmzContentChecksumMismatch: isDamaged,
  // Somebody, maybe a lifecycle rule, ended the upload of a large file.
  NoSuchUpload: isDamaged,
  RequestTimeout: isDamaged,
};

const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** Unlike the rest of `neverSent`, no line that was open ends in one of these. */
const neverConnected = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED'];

/** Whether a single attempt has surely done nothing: there was no line, or S3 answered that it would not. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof S3ServiceException))
    return neverConnected.includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
  const status = error.$metadata.httpStatusCode ?? 0;
  // Another 503 may come from something in front of the bucket, which can't know what became of the request.
  return (status >= 400 && status < 500) || error.name === 'SlowDown';
}

/** What was sent may be there, whatever the last attempt ended in. */
export function lostAnswer(cause: Failure): Failure {
  const { detail, vendorCode } = cause;
  return noAnswer({ cause, vendorCode, ...(detail !== undefined && { detail }) });
}

/** What the SDK threw, translated once. Whoever cancelled by the signal hears of that alone. */
export function s3Failure(error: unknown, signal?: AbortSignal): Failure {
  if (error instanceof Failure) return error;
  signal?.throwIfAborted();
  const { code = '', name = '' } = error as { code?: string; name?: string };
  if (code === 'ENOSPC') return diskFull(error);
  const detail = error instanceof Error ? `${name}: ${error.message}` : String(error);
  return meaningOf(
    error,
    name,
    code,
  )({
    detail,
    cause: error,
    vendorCode: vendorCodeOf(error, name),
  });
}

function meaningOf(error: unknown, name: string, code: string): Meaning {
  const known = meanings[name];
  if (known) return known;
  if (!(error instanceof S3ServiceException)) return lineMeaning(name, code);
  if (name.startsWith('KMS.')) return refusesKey;
  // The answer to a HEAD has no body that names a code.
  const status = error.$metadata.httpStatusCode ?? 0;
  if (status === 301) return wrongRegion;
  if (status === 401) return refusesCredentials;
  if (status === 403) return forbids;
  if (status === 429 || status === 503) return isBusy;
  return status === 0 || status >= 500 ? noAnswer : refuses;
}

function lineMeaning(name: string, code: string): Meaning {
  if (neverSent.includes(code)) return isUnreachable;
  return /CERT|TLS|SSL|ALTNAME|SELF_SIGNED/.test(`${code} ${name}`) ? tlsFailed : noAnswer;
}

/** S3's own code in the shape of ours: `KMS.NotFoundException` is KMS_NOT_FOUND. */
function vendorCodeOf(error: unknown, name: string): string {
  if (!(error instanceof S3ServiceException)) return '';
  const isNamed = /^[A-Za-z0-9.]{1,50}$/.test(name) && !name.startsWith('Unknown');
  if (!isNamed) return String(error.$metadata.httpStatusCode ?? '');
  return name
    .replace(/Exception$/, '')
    .replaceAll('.', '_')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase();
}
