import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { CompletedPart, PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';

// The SDK's own `Upload` goes on sending parts after one has failed, and returns from a cancellation before the parts are
// removed, which the end of the run then cuts off: they would stay, and cost, until somebody looks.

/** A file has at most 10,000 parts, of 5 MiB or more. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html (read 2026-11) */
const leastPartBytes = 8 << 20;
const mostParts = 10_000;
const partsAtOnce = 2;
/** How long it may take to remove the parts of what failed, in milliseconds. */
const tidyingMs = 5_000;

interface LargeFile {
  path: string;
  bytes: number;
}

type Target = Pick<PutObjectCommandInput, 'Bucket' | 'Key' | 'ExpectedBucketOwner'> & {
  UploadId: string | undefined;
};

/** Uploads a large file in parts. Before it fails it removes those, if the bucket can be asked. */
export async function uploadInParts(
  client: S3Client,
  params: Omit<PutObjectCommandInput, 'Body'>,
  { signal, ...file }: LargeFile & { signal: AbortSignal },
): Promise<void> {
  const begun = await client.send(new CreateMultipartUploadCommand(params), {
    abortSignal: signal,
  });
  const { Bucket, Key, ExpectedBucketOwner } = params;
  const target = { Bucket, Key, ExpectedBucketOwner, UploadId: begun.UploadId };
  try {
    const Parts = await sendParts(client, target, { ...file, signal });
    const command = new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } });
    await client.send(command, { abortSignal: signal });
  } catch (error) {
    // When only the answer was lost, there is nothing left to be removed, and the file stays.
    await client
      .send(new AbortMultipartUploadCommand(target), {
        abortSignal: AbortSignal.timeout(tidyingMs),
      })
      .catch(() => undefined);
    throw error;
  }
}

/** Returns when none is under way any more. */
async function sendParts(
  client: S3Client,
  target: Target,
  { path, bytes, signal }: LargeFile & { signal: AbortSignal },
): Promise<CompletedPart[]> {
  const partBytes = Math.max(leastPartBytes, Math.ceil(bytes / mostParts));
  const count = Math.ceil(bytes / partBytes);
  const parts: CompletedPart[] = [];
  const failed = new AbortController();
  const abortSignal = AbortSignal.any([signal, failed.signal]);
  const file = await open(path);
  let next = 0;
  const work = async (): Promise<void> => {
    const memory = Buffer.allocUnsafeSlow(partBytes);
    try {
      for (let n = next++; n < count; n = next++) {
        const Body = await partAt(file, memory, n * partBytes);
        const part = { ...target, PartNumber: n + 1, Body };
        const { ETag, ChecksumCRC32 } = await client.send(new UploadPartCommand(part), {
          abortSignal,
        });
        parts[n] = { PartNumber: n + 1, ETag, ChecksumCRC32 };
      }
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
  try {
    const ended = await Promise.allSettled(Array.from({ length: partsAtOnce }, work));
    if (ended.some(({ status }) => status === 'rejected')) throw failed.signal.reason;
    return parts;
  } finally {
    await file.close();
  }
}

async function partAt(file: FileHandle, memory: Buffer, at: number): Promise<Buffer> {
  let length = 0;
  for (let read = -1; read !== 0 && length < memory.length; length += read)
    read = (await file.read(memory, length, memory.length - length, at + length)).bytesRead;
  return memory.subarray(0, length);
}
