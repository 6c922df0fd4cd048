import {
  answer,
  checkOf,
  keptHeaders,
  matches,
  preconditionFailed,
  unescapeXml,
} from './answer.js';
import type { Answer, Asked, Stores } from './answer.js';
import { listXml, multipartOperation } from './listing.js';
import type { Found } from './objects.js';
import { lifecycleOperation } from './lifecycle.js';
import { S3Error, escapeXml } from './s3-error.js';
import { settingIn, settingOperation } from './setting.js';
import { checkOwner, storedAs, toldOf } from './storing.js';

/** Subresources that this server does not have; answering them as if they were objects would be worse. */
const missing = ['acl', 'tagging', 'policy', 'cors', 'versions', 'object-lock', 'retention'];

export async function answerTo(asked: Asked, stores: Stores): Promise<Answer> {
  const { method, bucket, key, query } = asked;
  checkOwner(asked.headers, stores.owner);
  // The one key pair is for buckets, not for the list of them.
  if (bucket === '') throw denied();
  if (missing.some((name) => query.has(name)))
    throw new S3Error(501, 'NotImplemented', 'This server does not have that.');
  if (key === '') return bucketOperation(asked, stores);
  if (query.has('lifecycle'))
    throw new S3Error(405, 'MethodNotAllowed', 'The method is not allowed.');
  await stores.objects.requireBucket(bucket);
  if (query.has('uploads') || query.has('uploadId')) return multipartOperation(asked, stores);
  switch (method) {
    case 'PUT':
      return asked.headers['x-amz-copy-source'] ? copy(asked, stores) : put(asked, stores);
    case 'GET':
    case 'HEAD':
      return get(asked, stores);
    case 'DELETE':
      if (!stores.policy.mayRemove(key)) throw denied();
      await stores.objects.remove(asked, checkOf(asked.headers));
      return answer(204);
    default:
      throw new S3Error(405, 'MethodNotAllowed', 'The method is not allowed.');
  }
}

async function bucketOperation(asked: Asked, stores: Stores): Promise<Answer> {
  const { method, bucket, query } = asked;
  if (query.has('lifecycle')) return lifecycleOperation(asked, stores);
  const setting = settingIn(query);
  if (setting) return settingOperation(setting, asked, stores);
  if (method === 'PUT') {
    await stores.objects.createBucket(bucket);
    return answer(200, { location: `/${bucket}` });
  }
  await stores.objects.requireBucket(bucket);
  if (method === 'HEAD') return answer(200, { 'x-amz-bucket-region': stores.region });
  if (method === 'POST' && query.has('delete')) return removeMany(asked, stores);
  if (method === 'GET' && query.has('location'))
    return answer(
      200,
      {},
      // The oldest region has no name here.
      `<?xml version="1.0" encoding="UTF-8"?><LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${stores.region === 'us-east-1' ? '' : stores.region}</LocationConstraint>`,
    );
  if (method === 'GET') return answer(200, {}, await listXml(asked, stores.objects));
  throw new S3Error(501, 'NotImplemented', 'This server does not have that.');
}

async function put(asked: Asked, { objects, keys, policy }: Stores): Promise<Answer> {
  const kept = { ...keptHeaders(asked.headers), ...storedAs(asked.headers, keys) };
  const { etag } = await objects.put(
    asked,
    { body: asked.body, headers: kept },
    policy.heedsConditions() ? checkOf(asked.headers) : () => undefined,
  );
  return answer(200, { etag: `"${etag}"`, ...toldOf(kept) });
}

async function copy(asked: Asked, { objects }: Stores): Promise<Answer> {
  const [bucket = '', ...rest] = decodeURIComponent(String(asked.headers['x-amz-copy-source']))
    .replace(/^\//, '')
    .split('/');
  const copied = await objects.copy({ bucket, key: rest.join('/') }, asked, checkOf(asked.headers));
  if (!copied) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');
  const { etag, modified } = copied;
  return answer(
    200,
    {},
    `<?xml version="1.0" encoding="UTF-8"?><CopyObjectResult><ETag>"${etag}"</ETag><LastModified>${new Date(modified).toISOString()}</LastModified></CopyObjectResult>`,
  );
}

async function get({ bucket, key, headers }: Asked, { objects }: Stores): Promise<Answer> {
  const found = await objects.get(bucket, key);
  if (!found) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');
  if (headers['if-match'] && !matches(headers['if-match'], found)) throw preconditionFailed();
  const told = {
    etag: `"${found.etag}"`,
    'last-modified': found.modified,
    'accept-ranges': 'bytes',
    ...found.headers,
  };
  if (headers['if-none-match'] && matches(headers['if-none-match'], found))
    return answer(304, told);
  const range = rangeOf(headers.range, found);
  if (!range) return { status: 200, headers: told, body: found.body };
  const [from, to] = range;
  // A checksum of the whole object does not fit a part of it.
  const partial = Object.fromEntries(
    Object.entries(told).filter(([name]) => !name.startsWith('x-amz-checksum')),
  );
  return {
    status: 206,
    headers: { ...partial, 'content-range': `bytes ${from}-${to}/${found.size}` },
    body: found.body.subarray(from, to + 1),
  };
}

/** Says of each object what became of it; of those that are gone only if asked to. */
async function removeMany({ bucket, body }: Asked, { objects, policy }: Stores): Promise<Answer> {
  const keys = [...body.toString().matchAll(/<Key>([\s\S]*?)<\/Key>/g)].map(([, key = '']) =>
    unescapeXml(key),
  );
  const isQuiet = body.includes('<Quiet>true</Quiet>');
  let told = '';
  for (const key of keys) {
    const named = `<Key>${escapeXml(key)}</Key>`;
    if (policy.mayRemove(key)) {
      await objects.remove({ bucket, key }, () => undefined);
      if (!isQuiet) told += `<Deleted>${named}</Deleted>`;
    } else {
      const { code, message } = denied();
      told += `<Error>${named}<Code>${code}</Code><Message>${message}</Message></Error>`;
    }
  }
  return answer(
    200,
    {},
    `<?xml version="1.0" encoding="UTF-8"?><DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${told}</DeleteResult>`,
  );
}

const denied = (): S3Error => new S3Error(403, 'AccessDenied', 'Access Denied');

function rangeOf(header: string | undefined, { size }: Found): [number, number] | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match) return undefined;
  const [, first = '', last = ''] = match;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (from > to) throw new S3Error(416, 'InvalidRange', 'The requested range is not satisfiable');
  return [from, to];
}
