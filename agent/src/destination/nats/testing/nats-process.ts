import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '@drawbridge/local/free-port.js';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

// The real server, from Debian's package; `npm test` installs it where it may.
const wanted = JSON.parse(readFileSync(new URL('debian.json', import.meta.url), 'utf8')) as Record<
  'package' | 'path' | 'variable',
  string
>;
const binary = process.env[wanted.variable] ?? wanted.path;

export const hasNats = existsSync(binary);
/** For the name of what is skipped without it. */
export const whyNoNats = hasNats
  ? ''
  : ` (skipped: no server at ${binary}; install ${wanted.package}, or set ${wanted.variable})`;

/** The rights of the README, for what one subject stands for. */
export const leastRights = (subject: string): string => `{
  publish: ["${subject}", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.LIST", "$JS.API.STREAM.INFO.*",
    "$JS.API.CONSUMER.CREATE.>", "$JS.API.CONSUMER.INFO.>", "$JS.API.CONSUMER.MSG.NEXT.>", "$JS.API.CONSUMER.DELETE.>"]
  subscribe: ["_INBOX.>"]
}`;

/** A NATS server with JetStream in a process and a folder of its own. */
export interface NatsProcess {
  port: number;
  /** What the administrator asks, who may do anything. */
  streams: JetStreamClient;
  manager: JetStreamManager;
  close(): Promise<void>;
}

/** `writer` with the password `right` may write to `subject`. */
export async function openNats(subject: string): Promise<NatsProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-nats-'));
  const port = await freePort();
  const file = join(directory, 'nats.conf');
  await writeFile(
    file,
    `listen: "127.0.0.1:${port}"
jetstream { store_dir: "${directory}" }
max_payload: 8KB
authorization { users: [
  { user: admin, password: all }
  { user: writer, password: right, permissions: ${leastRights(subject)} }
] }
`,
  );
  const child = spawn(binary, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const leave = (): void => void child.kill('SIGKILL');
  process.once('exit', leave);
  const said: string[] = [];
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (said.length < 100) said.push(line);
    if (line.includes('Server is ready')) ready.resolve();
  });
  child.once('error', ready.reject);
  child.once('exit', () => ready.reject(new Error(`nats-server ended:\n${said.join('\n')}`)));
  await ready.promise;
  const admin = await connect({ servers: `127.0.0.1:${port}`, user: 'admin', pass: 'all' });
  return {
    port,
    streams: jetstream(admin),
    manager: await jetstreamManager(admin),
    close: async () => {
      process.off('exit', leave);
      await admin.close();
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(directory, { recursive: true, force: true });
    },
  };
}
