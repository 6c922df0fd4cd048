// Increments an object by compare and swap, as one of several processes on the same folder; for the test of atomicity.
import { Objects } from './objects.js';
import { S3Error } from './s3-error.js';

const [directory = '', times = '0'] = process.argv.slice(2);
const objects = new Objects(directory);
const at = { bucket: 'drawbridge', key: 'counter' };

for (let n = 0; n < Number(times);) {
  const seen = await objects.get(at.bucket, at.key);
  try {
    await objects.put(
      at,
      {
        body: Buffer.from(String(Number(seen?.body) + 1)),
        headers: {},
        etag: `${process.pid}-${n}`,
      },
      (current) => {
        if (current?.etag !== seen?.etag)
          throw new S3Error(412, 'PreconditionFailed', 'Somebody was faster.');
      },
    );
    n += 1;
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
  }
}
