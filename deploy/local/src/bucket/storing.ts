import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './s3-error.js';

/** An account's keys of KMS, by id. */
export type Keys = Map<string, 'enabled' | 'disabled' | 'forbidden'>;

const classes = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'GLACIER_IR',
  'DEEP_ARCHIVE',
];
const encryption = 'x-amz-server-side-encryption';
const keyId = 'x-amz-server-side-encryption-aws-kms-key-id';
const bucketKey = 'x-amz-server-side-encryption-bucket-key-enabled';

/**
 * How an object is to be kept, as its headers say again: encrypted with S3's own keys unless another one is asked for.
 * No byte is encrypted here. ACLs are off, as in every new bucket: the one that gives the owner everything is let pass.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html (read 2026-11)
 */
export function storedAs(headers: IncomingHttpHeaders, keys: Keys): Record<string, string> {
  const acl = headers['x-amz-acl'];
  if (acl !== undefined && acl !== 'bucket-owner-full-control')
    throw new S3Error(400, 'AccessControlListNotSupported', 'The bucket does not allow ACLs');
  const storageClass = String(headers['x-amz-storage-class'] ?? 'STANDARD');
  if (!classes.includes(storageClass))
    throw new S3Error(400, 'InvalidStorageClass', 'The storage class you specified is not valid');
  return {
    ...encryptedAs(headers, keys),
    ...(storageClass !== 'STANDARD' && { 'x-amz-storage-class': storageClass }),
  };
}

/** The headers with which the answer to a write says how the object is encrypted. */
export function toldOf(kept: Record<string, string>): Record<string, string> {
  const names = [encryption, keyId, bucketKey].filter((name) => kept[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, kept[name] ?? '']));
}

function encryptedAs(headers: IncomingHttpHeaders, keys: Keys): Record<string, string> {
  const algorithm = String(headers[encryption] ?? 'AES256');
  const key = headers[keyId];
  if (algorithm === 'AES256') {
    if (key !== undefined)
      throw new S3Error(
        400,
        'InvalidArgument',
        'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
      );
    return { [encryption]: algorithm };
  }
  if (algorithm !== 'aws:kms' && algorithm !== 'aws:kms:dsse')
    throw new S3Error(
      400,
      'InvalidEncryptionAlgorithmError',
      'The encryption request that you specified is not valid. The valid value is AES256.',
    );
  if (key !== undefined) checkKey(String(key), keys);
  const isBucketKey = headers[bucketKey];
  return {
    [encryption]: algorithm,
    // Without a key it is the account's own one for S3.
    [keyId]: String(key ?? 'arn:aws:kms:us-east-1:111122223333:alias/aws/s3'),
    ...(isBucketKey !== undefined && { [bucketKey]: String(isBucketKey) }),
  };
}

function checkKey(id: string, keys: Keys): void {
  switch (keys.get(id)) {
    case 'enabled':
      return;
    case 'disabled':
      throw new S3Error(400, 'KMS.DisabledException', `${id} is disabled.`);
    case 'forbidden':
      throw new S3Error(
        403,
        'AccessDenied',
        `User is not authorized to perform: kms:GenerateDataKey on resource: ${id}`,
      );
    case undefined:
      throw new S3Error(400, 'KMS.NotFoundException', `Key '${id}' does not exist`);
  }
}

/** Every request can say whose bucket it believes this to be. */
export function checkOwner(headers: IncomingHttpHeaders, owner: string): void {
  const expected = headers['x-amz-expected-bucket-owner'];
  if (expected !== undefined && expected !== owner)
    throw new S3Error(403, 'AccessDenied', 'Access Denied');
}
