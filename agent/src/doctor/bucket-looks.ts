import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import { Failure } from '../failure.js';
import { BucketSettings } from '../store/bucket-settings.js';
import { dangersOf } from '../store/lifecycle-danger.js';
import type { LifecycleDanger } from '../store/lifecycle-danger.js';
import { lifecycleOf } from '../store/lifecycle.js';
import { doubt } from './finding.js';
import type { Look } from './finding.js';

const answerMs = 15_000;
/** AWS refuses what is signed more than 15 minutes off. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (read 2026-11) */
const refusedSkewMs = 15 * 60_000;
const doubtfulSkewMs = 60_000;

type Bucket = Config['bucket'];
type Ask = (settings: BucketSettings) => ReturnType<Look>;

/** Each setting of the bucket on its own: who may read one need not be allowed to read the others. */
export function bucketLooks(bucket: Bucket, clock: Clock): [string, Look][] {
  const asked = async (ask: Ask): ReturnType<Look> => {
    const signal = AbortSignal.timeout(answerMs);
    const settings = new BucketSettings(bucket, { clock, signal });
    return ask(settings).finally(() => settings.close());
  };
  return [
    ['clock', () => asked(clockFound)],
    ['bucket region', () => asked((settings) => regionFound(settings, bucket))],
    ['bucket encryption', () => asked(encryptionFound)],
    ['bucket access', () => asked(accessFound)],
    ['bucket versions', () => asked(versionsFound)],
    ['bucket rules', () => rulesFound(bucket)],
    ['bucket rights', () => asked(rightsFound)],
  ];
}

async function clockFound(settings: BucketSettings): ReturnType<Look> {
  const skewMs = await settings.skewMs();
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (seconds * 1000 >= refusedSkewMs)
    throw new Failure(
      'CONFIG',
      'doctor.clock_wrong',
      `This machine’s clock is ${seconds} seconds away from the bucket’s, which then refuses every request. Set it by NTP.`,
    );
  if (seconds * 1000 > doubtfulSkewMs)
    return doubt(
      'doctor.clock_off',
      `This machine’s clock is ${seconds} seconds away from the bucket’s. Set it by NTP before it is more than 15 minutes, when nothing works any more.`,
    );
  return `within ${Math.max(1, seconds)} s of the bucket’s`;
}

async function regionFound(settings: BucketSettings, { region }: Bucket): ReturnType<Look> {
  const there = await settings.region();
  if (there === undefined) return 'the store has no regions';
  if (region === undefined)
    return doubt(
      'doctor.region_unset',
      `AWS_REGION is not set. Set it to ${there}, where the bucket is, rather than have it guessed.`,
    );
  if (there === region) return there;
  throw new Failure(
    'CONFIG',
    'doctor.region_wrong',
    `The bucket is in ${there}, and AWS_REGION says ${region}. Set it to ${there}.`,
  );
}

async function encryptionFound(settings: BucketSettings): ReturnType<Look> {
  const rule = await settings.encryption().catch(unreadable('s3:GetEncryptionConfiguration'));
  if (rule === 'unsupported')
    return 'the store does not say; see to it that its disks are encrypted';
  if (rule?.algorithm.startsWith('aws:kms'))
    return rule.hasOwnKey ? 'by a key of yours in KMS' : 'by the account’s key in KMS';
  if (rule)
    return doubt(
      'doctor.encryption_shared_key',
      'The bucket is encrypted with a key that S3 keeps, so whoever may get an object can read it. Set default encryption with a KMS key of yours.',
    );
  throw new Failure(
    'CONFIG',
    'doctor.not_encrypted',
    'The bucket has no default encryption. Set it, with a KMS key of yours.',
  );
}

async function accessFound(settings: BucketSettings): ReturnType<Look> {
  const open = await settings.openToPublic().catch(unreadable('s3:GetBucketPublicAccessBlock'));
  if (open === 'unsupported') return 'the store has no such setting; see who may reach it';
  if (open.length === 0) return 'public access is blocked in every way';
  throw new Failure(
    'CONFIG',
    'doctor.public_access',
    `The bucket does not block public access: ${open.join(', ')} ${open.length === 1 ? 'is' : 'are'} off. Switch all four on.`,
  );
}

async function versionsFound(settings: BucketSettings): ReturnType<Look> {
  const isOn = await settings.isVersioned().catch(unreadable('s3:GetBucketVersioning'));
  if (isOn === 'unsupported') return 'the store has no versions';
  if (isOn) return 'kept, so what somebody removes can be brought back';
  return doubt(
    'doctor.no_versions',
    'The bucket keeps no versions, so a baseline that somebody removes is lost and its sync has to start anew. Switch versioning on, with a rule that expires noncurrent versions.',
  );
}

/** What the agent does not need and its role can do all the same. Only reading is tried. */
async function rightsFound(settings: BucketSettings): ReturnType<Look> {
  const tooMany = await settings.rightsTooMany();
  if (tooMany.length === 0) return 'nothing beyond its prefix could be read or listed';
  return doubt(
    'doctor.rights_too_many',
    `The agent’s role can do more than it needs: ${tooMany.join('; ')}. Give it the policy of the README of agent/src/store, or of deploy/terraform/aws.`,
  );
}

async function rulesFound(bucket: Bucket): ReturnType<Look> {
  const rules = await lifecycleOf(bucket, AbortSignal.timeout(answerMs)).catch(unread);
  const dangers = dangersOf(rules, bucket.prefix);
  if (dangers.length > 0) throw dangerous(dangers);
  return rules.length === 0
    ? 'no lifecycle rules: error texts and logs stay for good'
    : `none of ${rules.length} lifecycle rules takes what runs need`;
}

function unreadable(right: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Failure) || error.code !== 'store.denied') throw error;
    throw new Failure(
      'CONFIG',
      'doctor.setting_unread',
      `The agent may not read this setting of the bucket, so nobody can tell. Allow ${right} on the bucket.`,
      { cause: error },
    );
  };
}

function unread(error: unknown): never {
  if (!(error instanceof Failure) || error.code !== 'store.denied') throw error;
  throw new Failure(
    'CONFIG',
    'config.lifecycle_unread',
    'The agent may not read the lifecycle rules of the bucket, so nobody can tell whether one would remove a baseline. Allow s3:GetLifecycleConfiguration on the bucket.',
    { cause: error },
  );
}

/** Names of rules are the customer's own, told at their own command line. */
function dangerous(dangers: readonly LifecycleDanger[]): Failure {
  const each = dangers.map(({ rule, does, place }) => `"${rule}" would ${does} ${place}`);
  return new Failure(
    'CONFIG',
    'config.lifecycle',
    `Lifecycle rules of the bucket take what runs need: ${each.join(', ')}. Let them expire …/sync=<sync>/run= after two days or more and …/sync=<sync>/log/ after 30 or more, and nothing else below the prefix of DRAWBRIDGE_BUCKET.`,
  );
}
