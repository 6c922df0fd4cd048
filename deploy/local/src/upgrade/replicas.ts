// The replicas of a control plane, as a Deployment with maxSurge 1 and maxUnavailable 0 holds them.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../free-port.js';
import { surroundings } from '../product.js';
import { openProgram, type Program } from '../program.js';
import type { Front } from './front.js';
import type { Version } from './version.js';

interface Replica {
  url: string;
  program: Program;
}

export interface Way {
  apiKey: string;
}

/** Longer than a drain, as terminationGracePeriodSeconds is. */
const drainSeconds = 8;

export class Replicas {
  private readonly running: Replica[] = [];
  private readonly secret = randomBytes(32).toString('base64url');
  private made = 0;

  constructor(
    private readonly databaseUrl: string,
    private readonly folder: string,
    private readonly front: Front,
  ) {}

  /** Makes a workspace with an owner's API key. */
  async setUp(version: Version): Promise<Way> {
    const args = ['setup', '--workspace', 'acme', '--email', 'owner@example.com', '--json'];
    return JSON.parse(await this.command(version, args)) as Way;
  }

  /** What the chart's job does. Names what was applied. */
  async migrate(version: Version): Promise<string[]> {
    const text = await this.command(version, ['migrate']);
    return text.split('\n').filter((line) => /^\d{14}_/.test(line));
  }

  async add(version: Version): Promise<void> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    this.made += 1;
    const program = await openProgram({
      name: `control plane ${version.name}`,
      script: version.controlPlane,
      args: ['start'],
      env: async () => ({ ...this.environment(), PORT: String(port) }),
      logFile: join(this.folder, `control-plane-${this.made}-${version.name}.log`),
      readyUrl: `${url}/readyz`,
    });
    this.running.push({ url, program });
    this.front.add(url);
  }

  /** The new one is ready before the oldest is told to go. */
  async replaceOne(version: Version): Promise<void> {
    await this.add(version);
    await this.end(this.running.shift());
  }

  async replaceAll(version: Version): Promise<void> {
    for (let left = this.running.length; left > 0; left -= 1) await this.replaceOne(version);
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map(({ program }) => program.close()));
  }

  /** Throws when it had to be killed. */
  private async end(replica: Replica | undefined): Promise<void> {
    if (!replica) return;
    await replica.program.close();
    this.front.remove(replica.url);
    if (replica.program.exitCode !== 0)
      throw new Error(
        `The ${replica.program.name} did not leave in order: ${replica.program.logFile}`,
      );
  }

  private async command(version: Version, args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [version.controlPlane, ...args],
      { env: this.environment() },
    );
    return stdout;
  }

  private environment(): Record<string, string> {
    return {
      ...surroundings(),
      DATABASE_URL: this.databaseUrl,
      HOST: '127.0.0.1',
      DRAWBRIDGE_PUBLIC_URL: this.front.url,
      DRAWBRIDGE_SECRET: this.secret,
      DRAWBRIDGE_MAIL_FOLDER: join(this.folder, 'mail'),
      DRAWBRIDGE_DRAIN_SECONDS: String(drainSeconds),
      DRAWBRIDGE_HEARTBEAT_MS: '2000',
      DRAWBRIDGE_LEASE_MS: '20000',
      DRAWBRIDGE_OFFLINE_MS: '10000',
    };
  }
}
