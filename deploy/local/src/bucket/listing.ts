import type { Objects } from './objects.js';
import { answer, checkOf, keptHeaders, unescapeXml } from './answer.js';
import type { Answer, Asked, Stores } from './answer.js';
import { S3Error, escapeXml } from './s3-error.js';
import { storedAs, toldOf } from './storing.js';

const head = '<?xml version="1.0" encoding="UTF-8"?>';
const space = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** ListObjectsV2. The token is the last key or common prefix of the page before. */
export async function listXml({ bucket, query }: Asked, objects: Objects): Promise<string> {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const most = Math.min(1000, Number(query.get('max-keys') ?? 1000));
  const token = query.get('continuation-token');
  const after = token ? Buffer.from(token, 'base64').toString() : (query.get('start-after') ?? '');
  const write = query.get('encoding-type') === 'url' ? encodeURIComponent : escapeXml;

  const entries: { name: string; xml: string }[] = [];
  const prefixes = new Set<string>();
  for (const { key, header } of await objects.list(bucket, prefix)) {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? key : key.slice(0, end + delimiter.length);
    if (Buffer.compare(Buffer.from(name), Buffer.from(after)) <= 0 || prefixes.has(name)) continue;
    if (end >= 0) prefixes.add(name);
    const xml =
      end >= 0
        ? `<CommonPrefixes><Prefix>${write(name)}</Prefix></CommonPrefixes>`
        : `<Contents><Key>${write(key)}</Key><LastModified>${new Date(header.modified).toISOString()}</LastModified><ETag>"${header.etag}"</ETag><Size>${header.size}</Size><StorageClass>${header.headers['x-amz-storage-class'] ?? 'STANDARD'}</StorageClass></Contents>`;
    entries.push({ name, xml });
  }
  const page = entries.slice(0, most);
  const isTruncated = entries.length > most;
  const next = isTruncated
    ? `<NextContinuationToken>${Buffer.from(page.at(-1)?.name ?? '').toString('base64')}</NextContinuationToken>`
    : '';
  return `${head}<ListBucketResult ${space}><Name>${bucket}</Name><Prefix>${write(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${most}</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>${next}${page.map(({ xml }) => xml).join('')}</ListBucketResult>`;
}

export async function multipartOperation(
  asked: Asked,
  { objects, uploads, keys }: Stores,
): Promise<Answer> {
  const { method, bucket, key, query, body, headers } = asked;
  const id = query.get('uploadId') ?? '';
  if (method === 'POST' && query.has('uploads')) {
    const kept = { ...keptHeaders(headers), ...storedAs(headers, keys) };
    const made = await uploads.begin(key, kept);
    return answer(
      200,
      toldOf(kept),
      `${head}<InitiateMultipartUploadResult ${space}><Bucket>${bucket}</Bucket><Key>${escapeXml(key)}</Key><UploadId>${made}</UploadId></InitiateMultipartUploadResult>`,
    );
  }
  if (method === 'PUT')
    return answer(200, {
      etag: `"${await uploads.put(id, Number(query.get('partNumber')), body)}"`,
    });
  if (method === 'DELETE') {
    await uploads.end(id);
    return answer(204);
  }
  if (method === 'GET') {
    const parts = (await uploads.parts(id)).map(
      ({ number, size, etag }) =>
        `<Part><PartNumber>${number}</PartNumber><ETag>"${etag}"</ETag><Size>${size}</Size></Part>`,
    );
    return answer(
      200,
      {},
      `${head}<ListPartsResult ${space}><UploadId>${id}</UploadId><IsTruncated>false</IsTruncated>${parts.join('')}</ListPartsResult>`,
    );
  }
  if (method !== 'POST') throw new S3Error(405, 'MethodNotAllowed', 'The method is not allowed.');
  const whole = await uploads.assemble(id, namedParts(body.toString()));
  const { etag } = await objects.put(asked, whole, checkOf(headers));
  await uploads.end(id);
  return answer(
    200,
    toldOf(whole.headers),
    `${head}<CompleteMultipartUploadResult ${space}><Bucket>${bucket}</Bucket><Key>${escapeXml(key)}</Key><ETag>"${etag}"</ETag></CompleteMultipartUploadResult>`,
  );
}

function namedParts(xml: string): { number: number; etag: string }[] {
  return [...xml.matchAll(/<Part>([\s\S]*?)<\/Part>/g)].map(([, part = '']) => ({
    number: Number(/<PartNumber>(\d+)</.exec(part)?.[1] ?? 0),
    etag: unescapeXml(/<ETag>([\s\S]*?)</.exec(part)?.[1] ?? '').replaceAll('"', ''),
  }));
}
