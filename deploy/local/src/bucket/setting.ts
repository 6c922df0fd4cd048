import { answer } from './answer.js';
import type { Answer, Asked, Stores } from './answer.js';
import { S3Error } from './s3-error.js';

interface Setting {
  /** The root of what is put and got. */
  root: string;
  /** What is answered of a bucket that nobody has set up: AWS's defaults since April 2023. */
  unset: string | { code: string; message: string };
}

const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/**
 * Settings of a bucket that are kept as they come and not obeyed: whoever reads them is what is tested.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html (read 2026-11)
 */
const settings: Readonly<Record<string, Setting>> = {
  encryption: {
    root: 'ServerSideEncryptionConfiguration',
    unset: `<ServerSideEncryptionConfiguration ${namespace}><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`,
  },
  publicAccessBlock: {
    root: 'PublicAccessBlockConfiguration',
    unset: {
      code: 'NoSuchPublicAccessBlockConfiguration',
      message: 'The public access block configuration was not found',
    },
  },
  versioning: {
    root: 'VersioningConfiguration',
    unset: `<VersioningConfiguration ${namespace}/>`,
  },
};

export const settingIn = (query: URLSearchParams): string | undefined =>
  Object.keys(settings).find((name) => query.has(name));

export async function settingOperation(
  name: string,
  { method, bucket, body }: Asked,
  { objects, settings: kept }: Stores,
): Promise<Answer> {
  await objects.requireBucket(bucket);
  const key = `${bucket}?${name}`;
  const { root, unset } = settings[name] ?? { root: '', unset: '' };
  switch (method) {
    case 'PUT':
      if (!body.includes(`<${root}`))
        throw new S3Error(400, 'MalformedXML', 'The XML you provided was not well-formed');
      kept.set(key, body.toString());
      return answer(200);
    case 'GET': {
      const told = kept.get(key) ?? unset;
      if (typeof told === 'string') return answer(200, {}, told);
      throw new S3Error(404, told.code, told.message);
    }
    default:
      throw new S3Error(405, 'MethodNotAllowed', 'The method is not allowed.');
  }
}
