import type { BucketKeys } from '../bucket-door.js';
import { SnowflakeError, missingObject } from '../snowflake-error.js';
import type { Token } from '../sql/tokens.js';
import { tokensOf } from '../sql/tokens.js';
import { demand, objectOf, partsAt, wholeOf } from './names.js';
import type { Context } from './statement.js';

/** Where an unload goes, and by what keys. */
export interface Location {
  /** As Snowflake names it. */
  url: string;
  bucket: string;
  /** What the names of the files begin with. */
  prefix: string;
  keys: BucketKeys;
  /** The stage's own format. */
  format?: string;
}

interface Written {
  /** `@stage/path`, or an address in quotes. */
  tokens: readonly Token[];
  options: Readonly<Record<string, string>>;
}

export async function locationOf(
  context: Context,
  { tokens, options }: Written,
): Promise<Location> {
  const [first] = tokens;
  const text = first?.kind === 'text' ? first.text : context.translation.textOf(tokens);
  if (text.startsWith('@')) return stageLocation(context, text.slice(1));
  const {
    STORAGE_INTEGRATION: integration,
    AWS_KEY_ID: accessKeyId,
    AWS_SECRET_KEY: secretAccessKey,
  } = options;
  const place = placeOf(text);
  if (accessKeyId !== undefined && secretAccessKey !== undefined)
    return { ...place, keys: { ...standIn(context, place.bucket), accessKeyId, secretAccessKey } };
  if (integration === undefined)
    throw new SnowflakeError(
      '003525',
      '22000',
      `SQL compilation error:\nMissing credentials or storage integration for ${text}.`,
    );
  return { ...place, keys: await integrationKeys(context, integration, text) };
}

async function stageLocation(context: Context, written: string): Promise<Location> {
  const [, name = '', path = ''] = /^((?:"(?:[^"]|"")*"|[^/"])+)\/?(.*)$/s.exec(written) ?? [];
  const whole = wholeOf(objectOf(context, partsAt(tokensOf(name), 0).parts));
  const stage = context.account.stages.get(whole);
  if (!stage) throw missingObject('Stage', whole);
  await demand(context, ['STAGE'], whole, ['USAGE', 'WRITE']);
  const url = `${stage.url.replace(/\/?$/, '/')}${path}`;
  const place = placeOf(url);
  const format = stage.format === undefined ? {} : { format: stage.format };
  if (stage.integration !== undefined)
    return { ...place, ...format, keys: await integrationKeys(context, stage.integration, url) };
  if (!stage.credentials)
    throw new SnowflakeError(
      '003525',
      '22000',
      `SQL compilation error:\nMissing credentials or storage integration for ${url}.`,
    );
  const { endpoint, credentials } = stage;
  const at = endpoint === undefined ? standIn(context, place.bucket) : { endpoint };
  return { ...place, ...format, keys: { ...at, ...credentials } };
}

function placeOf(url: string): { url: string; bucket: string; prefix: string } {
  const [, bucket, prefix = ''] = /^s3(?:compat|gov|china)?:\/\/([^/]+)\/?(.*)$/s.exec(url) ?? [];
  if (bucket === undefined)
    throw new SnowflakeError(
      '001044',
      '42P13',
      `SQL compilation error:\ninvalid URL prefix found in: '${url}'`,
    );
  return { url, bucket, prefix };
}

/** An integration's role reaches what its locations allow, and nothing else. */
async function integrationKeys(context: Context, name: string, url: string): Promise<BucketKeys> {
  const { account } = context;
  const integration = account.integrations.get(name);
  if (!integration) throw missingObject('Integration', name);
  await demand(context, ['INTEGRATION'], name, ['USAGE']);
  const isAllowed = integration.allowedLocations.some(
    (allowed) => allowed === '*' || url.startsWith(allowed),
  );
  if (!isAllowed)
    throw new SnowflakeError(
      '003167',
      '42601',
      `SQL compilation error:\nLocation '${url}' is not allowed by integration '${name}'. Please use DESC INTEGRATION to check out allowed and blocked locations.`,
    );
  return standIn(context, placeOf(url).bucket);
}

/** What stands for a bucket of AWS here; the real one is never asked. */
function standIn({ account }: Context, bucket: string): BucketKeys {
  const keys = account.buckets.get(bucket);
  if (keys) return keys;
  throw new SnowflakeError(
    '091003',
    '22000',
    'Failure using stage area. Cause: [The specified bucket does not exist (Status Code: 404; Error Code: NoSuchBucket)]',
  );
}
