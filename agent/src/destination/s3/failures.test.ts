import { S3ServiceException } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { s3Failure } from './failures.js';

const said = (name: string, httpStatusCode: number): S3ServiceException =>
  new S3ServiceException({
    name,
    $fault: 'client',
    message: 'row 7 of acme',
    $metadata: { httpStatusCode },
  });
const broken = (code: string): Error => Object.assign(new Error('socket'), { code });

it.each([
  [said('AccessDenied', 403), 'CONFIG', 'destination.bucket_forbidden', 'ACCESS_DENIED'],
  [said('UnknownError', 403), 'CONFIG', 'destination.bucket_forbidden', '403'],
  [said('NoSuchBucket', 404), 'CONFIG', 'destination.no_bucket', 'NO_SUCH_BUCKET'],
  [said('InvalidAccessKeyId', 403), 'CONFIG', 'destination.auth_failed', 'INVALID_ACCESS_KEY_ID'],
  [said('ExpiredToken', 400), 'CONFIG', 'destination.auth_failed', 'EXPIRED_TOKEN'],
  [said('PermanentRedirect', 301), 'CONFIG', 'destination.wrong_region', 'PERMANENT_REDIRECT'],
  [said('UnknownError', 301), 'CONFIG', 'destination.wrong_region', '301'],
  [
    said('RequestTimeTooSkewed', 403),
    'CONFIG',
    'destination.clock_wrong',
    'REQUEST_TIME_TOO_SKEWED',
  ],
  [said('KMS.NotFoundException', 400), 'CONFIG', 'destination.kms_refused', 'KMS_NOT_FOUND'],
  [said('KMS.DisabledException', 400), 'CONFIG', 'destination.kms_refused', 'KMS_DISABLED'],
  [said('KMS.ThrottlingException', 400), 'TRANSIENT', 'destination.busy', 'KMS_THROTTLING'],
  [
    said('InvalidStorageClass', 400),
    'CONFIG',
    'destination.request_refused',
    'INVALID_STORAGE_CLASS',
  ],
  [said('SlowDown', 503), 'TRANSIENT', 'destination.busy', 'SLOW_DOWN'],
  [said('BadDigest', 400), 'TRANSIENT', 'destination.damaged', 'BAD_DIGEST'],
  [said('InternalError', 500), 'TRANSIENT', 'destination.no_answer', 'INTERNAL_ERROR'],
  [broken('ECONNREFUSED'), 'TRANSIENT', 'destination.unreachable', ''],
  [broken('ECONNRESET'), 'TRANSIENT', 'destination.no_answer', ''],
  [broken('CERT_HAS_EXPIRED'), 'CONFIG', 'destination.tls_failed', ''],
  [broken('ENOSPC'), 'CONFIG', 'agent.disk_full', ''],
  [
    Object.assign(new Error('no keys'), { name: 'CredentialsProviderError' }),
    'CONFIG',
    'destination.auth_failed',
    '',
  ],
])('%s is %s %s', (error, kind, code, vendorCode) => {
  const failure = s3Failure(error);
  expect(failure).toMatchObject({ kind, code, vendorCode });
  expect(failure.message).not.toContain('acme');
});

it('says nothing else to who has cancelled', () => {
  const signal = AbortSignal.abort(new Error('cancelled'));
  expect(() => s3Failure(broken('ECONNRESET'), signal)).toThrow('cancelled');
});
