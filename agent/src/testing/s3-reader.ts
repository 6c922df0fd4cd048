import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Bucket } from '@drawbridge/local/bucket/bucket.js';

export interface ReadManifest {
  attempt: string;
  startedAt: string;
  content: 'result' | 'changes';
  rows: number;
  bytes: number;
  operations?: Record<string, number>;
  columns: { name: string; type: string }[];
  key: string[];
  format: Record<string, string>;
  files: { name: string; operation?: string; rows: number; bytes: number; sha256: string }[];
}

export interface ReadDataset {
  folder: string;
  manifest: ReadManifest;
  /** In the order of the manifest; each as long and of the hash that it says. */
  bodies: Buffer[];
}

/** A reader of files in a bucket who goes by `_SUCCESS` and manifests alone, as README.md tells to. */
export class S3Reader {
  private readonly client: S3Client;

  constructor(private readonly bucket: Bucket) {
    const { endpoint, accessKeyId, secretAccessKey } = bucket;
    this.client = new S3Client({
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
  }

  async keys(prefix: string): Promise<string[]> {
    const command = new ListObjectsV2Command({ Bucket: this.bucket.bucket, Prefix: prefix });
    const { Contents = [] } = await this.client.send(command);
    return Contents.map(({ Key = '' }) => Key);
  }

  async body(key: string): Promise<Buffer> {
    const command = new GetObjectCommand({ Bucket: this.bucket.bucket, Key: key });
    const { Body } = await this.client.send(command);
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  /** Whole ones, in the order in which their runs began. */
  async datasets(prefix: string): Promise<ReadDataset[]> {
    const ends = (await this.keys(prefix)).filter((key) => key.endsWith('/_SUCCESS'));
    const found = ends.map((key) => this.dataset(key.slice(0, -'/_SUCCESS'.length)));
    const order = ({ manifest }: ReadDataset): string => manifest.startedAt + manifest.attempt;
    return (await Promise.all(found)).toSorted((x, y) => (order(x) < order(y) ? -1 : 1));
  }

  close(): void {
    this.client.destroy();
  }

  private async dataset(folder: string): Promise<ReadDataset> {
    const manifest = JSON.parse(
      (await this.body(`${folder}/manifest.json`)).toString(),
    ) as ReadManifest;
    const bodies: Buffer[] = [];
    for (const { name, bytes, sha256 } of manifest.files) {
      const body = await this.body(`${folder}/${name}`);
      const hash = createHash('sha256').update(body).digest('hex');
      if (body.length !== bytes || hash !== sha256) throw new Error(`${name} is another file.`);
      bodies.push(body);
    }
    return { folder, manifest, bodies };
  }
}
