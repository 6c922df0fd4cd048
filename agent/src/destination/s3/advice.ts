import type { Advice } from '../../connector/advice.js';

export const advice: readonly Advice[] = [
  {
    code: 'destination.auth_failed',
    vendorCode: 'EXPIRED_TOKEN',
    title: 'The token for the bucket has expired',
    advice:
      'Renew the session token behind the secret reference, or leave the keys out and give the agent a role, whose tokens renew themselves.',
  },
  {
    code: 'destination.auth_failed',
    vendorCode: 'INVALID_ACCESS_KEY_ID',
    title: 'The bucket does not know the access key',
    advice:
      'Check what the reference of `accessKeyId` points at in the agent, whether the key was deleted, and that `endpoint` is the store it belongs to.',
  },
  {
    code: 'destination.auth_failed',
    vendorCode: 'SIGNATURE_DOES_NOT_MATCH',
    title: 'The secret access key is not the one of the access key',
    advice:
      'Check what the reference of `secretAccessKey` points at in the agent; a space or line end in it counts.',
  },
  {
    code: 'destination.bucket_forbidden',
    title: 'The bucket refuses the agent',
    advice:
      'Give the key or role the policy of the connector’s README for this bucket and prefix. With a KMS key, the key’s policy must allow kms:GenerateDataKey and kms:Decrypt too. With `bucketOwner`, the bucket must belong to that account.',
  },
  {
    code: 'destination.no_bucket',
    title: 'There is no bucket of that name',
    advice: 'Correct `bucket` and `endpoint`, or make the bucket, then check the connection.',
  },
  {
    code: 'destination.wrong_region',
    title: 'The bucket is in another region',
    advice: 'Set `region` to the region that the bucket was made in, and apply.',
  },
  {
    code: 'destination.clock_wrong',
    title: 'The clock of the agent is wrong',
    advice: 'Let the agent’s machine set its clock by NTP, then run the sync again.',
  },
  {
    code: 'destination.kms_refused',
    title: 'The KMS key can not be used',
    advice:
      'See that `kmsKey` is the id or ARN of a symmetric key in the bucket’s region, that it is enabled and not about to be deleted, and that its policy allows kms:GenerateDataKey and kms:Decrypt.',
  },
  {
    code: 'destination.damaged',
    title: 'A file did not arrive whole',
    advice:
      'Run the sync again. If it happens often, look for a proxy that changes requests, and for a lifecycle rule that ends uploads within hours.',
  },
  {
    code: 'destination.request_refused',
    title: 'The bucket refuses a request',
    advice:
      'Read its words under the error id. An older store may need `checksums: false`; `encryption`, `acl` and `storageClass` must be ones that the bucket has.',
  },
  {
    code: 'destination.bad_folder',
    title: 'The name of a folder or file does not fit',
    advice:
      'Correct `object` or `options.file` of the sync: the text says what is wrong. For example `exports/{sync}/{YYYY}/{MM}/{DD}/{run}`.',
  },
  {
    code: 'destination.own_state',
    title: 'Files would lie among the agent’s own',
    advice:
      'Below `v1/ws=…` agents keep their baselines and journals. Write `object` or `prefix` so that the files lie elsewhere.',
  },
  {
    code: 'destination.columns_unfit',
    title: 'The columns of the files do not fit',
    advice:
      'Rename the field that the text tells of, or set `options.operationColumn` or `options.layout`.',
  },
  {
    code: 'destination.omit_in_columns',
    title: 'A file with columns can not leave a value out',
    advice: 'Use `format: ndjson`, where a NULL is left out, or `nulls: send` in the mapping.',
  },
  {
    code: 'destination.changes_without_key',
    title: 'Changes can not be applied without a key',
    advice:
      'Name the key of the records in the sync, so that the files have it. Without one, use `mode: append` or `mode: replace`.',
  },
];
