import { readFile, readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { pathsOf } from '../sync/paths.js';
import { isAllowed, reasonsOf } from '../testing/iam.js';
import type { IamRequest, Policy } from '../testing/iam.js';

// The policies that deploy/terraform/aws and deploy/aws make, asked call by call.
const folder = new URL('../../../deploy/terraform/aws/', import.meta.url);
const names: Readonly<Record<string, string>> = {
  PARTITION: 'aws',
  BUCKET: 'acme-drawbridge',
  PREFIX: 'prod',
  KEY: 'arn:aws:kms:eu-central-1:111122223333:key/1',
  ROLE: 'arn:aws:iam::111122223333:role/drawbridge-agent',
  ACCOUNT: '111122223333',
};

async function policyOf(file: string): Promise<Policy> {
  const text = await readFile(new URL(file, folder), 'utf8');
  return JSON.parse(
    text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => names[name] ?? ''),
  ) as Policy;
}

const identity = await policyOf('agent-policy.json');
const resource = await policyOf('bucket-policy.json');
const all: Policy = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

const agent = {
  'aws:SecureTransport': 'true',
  'aws:PrincipalAccount': names['ACCOUNT'] ?? '',
  'aws:PrincipalArn': names['ROLE'] ?? '',
};
const admin = { ...agent, 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/admin' };
const bucket = 'arn:aws:s3:::acme-drawbridge';
const own = `${bucket}/prod/v1`;
const paths = pathsOf({ workspaceId: 'w', syncId: 's' });
const at = (key: string): string => `${bucket}/prod/${key}`;

const ask = (action: string, on: string, more: Record<string, string> = {}): IamRequest => ({
  action,
  resource: on,
  context: { ...agent, ...more },
});

const viaS3 = {
  'kms:ViaService': 's3.eu-central-1.amazonaws.com',
  'kms:CallerAccount': '111122223333',
};

it.each<[string, IamRequest]>([
  ['get a head', ask('s3:GetObject', at(paths.head))],
  ['put a head', ask('s3:PutObject', at(paths.head))],
  ['put a plan', ask('s3:PutObject', at(paths.plan('r', 1n, 'added')))],
  [
    'put with the key of the bucket by name',
    ask('s3:PutObject', `${own}/x`, {
      's3:x-amz-server-side-encryption': 'aws:kms',
      's3:x-amz-server-side-encryption-aws-kms-key-id': names['KEY'] ?? '',
    }),
  ],
  ['give up an upload', ask('s3:AbortMultipartUpload', at(paths.values(1, 'base')))],
  ['remove a former segment', ask('s3:DeleteObject', at(paths.values(1, 'base')))],
  ['remove a plan', ask('s3:DeleteObject', at(paths.plan('r', 1n, 'added')))],
  ['remove a journal', ask('s3:DeleteObject', at(paths.ack('r', 1n, 0)))],
  ['remove what the doctor wrote', ask('s3:DeleteObject', `${own}/check-1`)],
  ['list its own', ask('s3:ListBucket', bucket, { 's3:prefix': 'prod/v1/ws=w/' })],
  ['read the rules', ask('s3:GetLifecycleConfiguration', bucket)],
  ['read the encryption', ask('s3:GetEncryptionConfiguration', bucket)],
  ['read where it is', ask('s3:GetBucketLocation', bucket)],
  ['read whether there are versions', ask('s3:GetBucketVersioning', bucket)],
  ['read what is public', ask('s3:GetBucketPublicAccessBlock', bucket)],
  ['encrypt through S3', ask('kms:GenerateDataKey', names['KEY'] ?? '', viaS3)],
  ['decrypt through S3', ask('kms:Decrypt', names['KEY'] ?? '', viaS3)],
])('the agent may %s', (_what, request) => {
  expect(isAllowed(request, { identity, resource })).toBe(true);
});

it.each<[string, IamRequest]>([
  ['remove a head', ask('s3:DeleteObject', at(paths.head))],
  ['remove the text of an error', ask('s3:DeleteObject', at(paths.error('r', 'e')))],
  [
    'remove the record of a run',
    ask('s3:DeleteObject', at(paths.runReport(new Date(0), 'r', '1'))),
  ],
  ['remove a version for good', ask('s3:DeleteObjectVersion', at(paths.head))],
  ['get beyond its prefix', ask('s3:GetObject', `${bucket}/other/x`)],
  ['put beyond its prefix', ask('s3:PutObject', `${bucket}/prod/v2/x`)],
  ['put into another bucket', ask('s3:PutObject', 'arn:aws:s3:::other/prod/v1/x')],
  ['list everything', ask('s3:ListBucket', bucket, { 's3:prefix': '' })],
  ['list without a prefix', ask('s3:ListBucket', bucket)],
  ['list versions', ask('s3:ListBucketVersions', bucket)],
  ['list buckets', ask('s3:ListAllMyBuckets', '*')],
  ['change the rules', ask('s3:PutLifecycleConfiguration', bucket)],
  ['change the policy', ask('s3:PutBucketPolicy', bucket)],
  ['switch encryption off', ask('s3:PutEncryptionConfiguration', bucket)],
  ['open it to the public', ask('s3:PutBucketPublicAccessBlock', bucket)],
  ['share an object', ask('s3:PutObjectAcl', at(paths.head))],
  [
    'do anything without TLS',
    ask('s3:GetObject', at(paths.head), { 'aws:SecureTransport': 'false' }),
  ],
  [
    'put with another key',
    ask('s3:PutObject', `${own}/x`, {
      's3:x-amz-server-side-encryption': 'aws:kms',
      's3:x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:eu-central-1:999:key/2',
    }),
  ],
  [
    'put with the key of S3',
    ask('s3:PutObject', `${own}/x`, { 's3:x-amz-server-side-encryption': 'AES256' }),
  ],
  [
    'decrypt but through S3',
    ask('kms:Decrypt', names['KEY'] ?? '', { 'kms:CallerAccount': '111122223333' }),
  ],
  ['use another key', ask('kms:Decrypt', 'arn:aws:kms:eu-central-1:111122223333:key/2', viaS3)],
  ['end the key', ask('kms:ScheduleKeyDeletion', names['KEY'] ?? '', viaS3)],
  ['take another role', ask('sts:AssumeRole', 'arn:aws:iam::111122223333:role/admin')],
])('the agent may not %s', (_what, request) => {
  expect(isAllowed(request, { identity, resource })).toBe(false);
});

it('keeps rows from everybody else, whatever they are allowed elsewhere', () => {
  const asked = (context: Record<string, string>, action = 's3:GetObject'): boolean =>
    isAllowed({ action, resource: at(paths.head), context }, { identity: all, resource });
  expect(asked(agent)).toBe(true);
  expect(asked(admin)).toBe(false);
  expect(asked(admin, 's3:GetObjectVersion')).toBe(false);
  expect(asked({ ...agent, 'aws:PrincipalAccount': '999988887777' })).toBe(false);
  // Nobody in particular: a public request has no principal.
  expect(asked({ 'aws:SecureTransport': 'true' })).toBe(false);
  // Rules, policy and an emergency stay in the hands of who runs the account.
  expect(asked(admin, 's3:DeleteObjectVersion')).toBe(true);
  const policy = { action: 's3:PutBucketPolicy', resource: bucket, context: admin };
  expect(isAllowed(policy, { identity: all, resource })).toBe(true);
});

it('says which statement it was', () => {
  const open = ask('s3:GetObject', at(paths.head), { 'aws:SecureTransport': 'false' });
  expect(reasonsOf(open, resource)).toEqual(['Deny TlsAlone']);
});

it('is the policy of the README, with the key’s rights', async () => {
  const text = await readFile(new URL('README.md', import.meta.url), 'utf8');
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
  const documented = JSON.parse(
    json.replaceAll('BUCKET', 'acme-drawbridge').replaceAll('PREFIX', 'prod'),
  ) as Policy;
  const bare = identity.Statement.filter(({ Sid }) => Sid !== 'EncryptAndDecrypt').map(
    ({ Sid: _name, ...statement }) => statement,
  );
  expect(bare).toEqual(documented.Statement);
});

it('names no principal but everybody denied, a cluster’s own, and the account', async () => {
  const files = (await readdir(folder)).filter((name) => /\.(tf|json)$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')));
  const principals = texts.flatMap((text) =>
    [...text.matchAll(/"?Principal"?\s*[=:]\s*(.+)/g)].map(([, who = '']) => who.replace(/,$/, '')),
  );
  expect(new Set(principals)).toEqual(
    new Set([
      '"*"',
      '{ AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }',
      '{ Federated = var.irsa.oidc_provider_arn }',
      '{ Service = "pods.eks.amazonaws.com" }',
    ]),
  );
  expect(resource.Statement.every(({ Effect }) => Effect === 'Deny')).toBe(true);
});
