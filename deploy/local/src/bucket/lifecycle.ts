import { answer } from './answer.js';
import type { Answer, Asked, Stores } from './answer.js';
import { S3Error } from './s3-error.js';

/**
 * The rules of a bucket, as they were put.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html (read 2026-11)
 */
export async function lifecycleOperation(
  { method, bucket, body }: Asked,
  { objects, lifecycles }: Stores,
): Promise<Answer> {
  await objects.requireBucket(bucket);
  switch (method) {
    case 'PUT':
      lifecycles.set(bucket, wellFormed(body.toString()));
      return answer(200);
    case 'GET':
      return answer(200, {}, lifecycles.get(bucket) ?? none());
    case 'DELETE':
      lifecycles.delete(bucket);
      return answer(204);
    default:
      throw new S3Error(405, 'MethodNotAllowed', 'The method is not allowed.');
  }
}

function wellFormed(xml: string): string {
  const rules = xml.match(/<Rule>/g)?.length ?? 0;
  const states = xml.match(/<Status>(Enabled|Disabled)<\/Status>/g)?.length ?? 0;
  if (/<LifecycleConfiguration/.test(xml) && rules > 0 && rules === states) return xml;
  throw new S3Error(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

function none(): never {
  throw new S3Error(
    404,
    'NoSuchLifecycleConfiguration',
    'The lifecycle configuration does not exist',
  );
}
