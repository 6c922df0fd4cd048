// The agents of a pool, as a StatefulSet holds them: one is ended, and started with the same identity and another image.
import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { Bucket } from '../bucket/bucket.js';
import { freePort } from '../free-port.js';
import { surroundings } from '../product.js';
import { openProgram, type Program } from '../program.js';
import type { Front } from './front.js';
import type { Version } from './version.js';

const drainSeconds = 10;

export interface Surroundings {
  folder: string;
  front: Front;
  bucket: Bucket;
  /** Of every database that syncs read and write. */
  password: string;
}

export class Agents {
  private readonly running: Program[] = [];

  constructor(private readonly place: Surroundings) {}

  /** Each with a single-use token, and ready when the control plane has welcomed it. */
  async enrol(version: Version, tokens: readonly string[]): Promise<void> {
    for (const [n, token] of tokens.entries())
      this.running.push(await this.start(version, n, token));
  }

  get count(): number {
    return this.running.length;
  }

  /** Throws when it had to be killed, or did not end well. */
  async replace(n: number, version: Version): Promise<void> {
    const former = this.running[n];
    await former?.close();
    if (former && former.exitCode !== 0)
      throw new Error(`The ${former.name} did not leave in order: ${former.logFile}`);
    this.running[n] = await this.start(version, n);
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((program) => program.close()));
  }

  private async start(version: Version, n: number, token = ''): Promise<Program> {
    const folder = join(this.place.folder, `agent-${n + 1}`);
    await mkdir(folder, { recursive: true });
    const port = String(await freePort());
    return openProgram({
      name: `agent ${n + 1} ${version.name}`,
      script: version.agent,
      args: ['start'],
      env: async () => ({
        ...this.environment(folder),
        DRAWBRIDGE_METRICS_PORT: port,
        DRAWBRIDGE_ENROLLMENT_TOKEN: token,
      }),
      logFile: join(this.place.folder, `agent-${n + 1}.log`),
      readyUrl: `http://127.0.0.1:${port}/readyz`,
    });
  }

  private environment(folder: string): Record<string, string> {
    const { bucket, front, password } = this.place;
    return {
      ...surroundings(),
      DRAWBRIDGE_URL: `ws://127.0.0.1:${front.port}`,
      DRAWBRIDGE_IDENTITY: `file:${join(folder, 'identity')}`,
      DRAWBRIDGE_WORK_DIR: join(folder, 'work'),
      DRAWBRIDGE_BUCKET: `s3://${bucket.bucket}/drawbridge`,
      DRAWBRIDGE_CONCURRENCY: '3',
      DRAWBRIDGE_DRAIN_SECONDS: String(drainSeconds),
      AWS_ENDPOINT_URL_S3: bucket.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: bucket.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bucket.secretAccessKey,
      DATABASE_PASSWORD: password,
    };
  }
}
