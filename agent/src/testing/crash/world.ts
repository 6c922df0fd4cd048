import { constants } from 'node:fs';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import type { Bucket } from '@drawbridge/local/bucket/bucket.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { surroundings } from '@drawbridge/local/product.js';
import { makeDatabase } from '@drawbridge/local/testing/database.js';
import type { TestDatabase } from '@drawbridge/local/testing/database.js';
import pg from 'pg';
import { openS3Store } from '../../store/s3.js';
import type { Store } from '../../store/store.js';
import { openTcpProxy } from '../tcp-proxy.js';
import type { TcpProxy } from '../tcp-proxy.js';
import type { Connection } from './driver-job.js';
import { Drivers } from './driver-process.js';
import { openInbox } from './inbox.js';
import type { Inbox } from './inbox.js';
import { openCrm } from './crm.js';
import type { Crm } from './crm.js';
import { openFeed } from './feed.js';
import type { Feed } from './feed.js';

/** The servers that runs work with, all of them real, and the processes of the runs. */
export interface World {
  here: pg.Client;
  there: pg.Client;
  source: Connection;
  target: Connection;
  /** Lines that can be cut. */
  wires: { source: TcpProxy; target: TcpProxy; inbox: TcpProxy; feed: TcpProxy };
  bucket: Bucket;
  store: Store;
  inbox: Inbox;
  /** Of the inbox, over the line that can be cut. */
  inboxUrl: string;
  crm: Crm;
  feed: Feed;
  drivers: Drivers;
  /** Scratch; work folders and caches of the runs are in it. */
  directory: string;
  close(): Promise<void>;
}

/** In memory where there is such a place: processes are killed, not machines, so nothing needs a disk to survive. */
async function scratch(): Promise<string> {
  const memory = '/dev/shm';
  const isThere = await access(memory, constants.W_OK).then(
    () => true,
    () => false,
  );
  return isThere ? memory : tmpdir();
}

const credentials = { accessKeyId: 'crash', secretAccessKey: 'crash-secret' };

export async function openWorld(postgresUrl: string): Promise<World> {
  const open = new AsyncDisposableStack();
  try {
    const directory = open.adopt(
      await mkdtemp(join(await scratch(), 'drawbridge-crash-')),
      (path) => rm(path, { recursive: true, force: true }),
    );
    const here = await openDatabase(postgresUrl, open);
    const there = await openDatabase(postgresUrl, open);
    const bucket = open.adopt(
      await openBucket({ directory: join(directory, 'bucket'), port: await freePort(), ...credentials }),
      (one) => one.close(),
    ); // prettier-ignore
    process.env['AWS_ACCESS_KEY_ID'] = credentials.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = credentials.secretAccessKey;
    const { endpoint, bucket: name } = bucket;
    const store = open.adopt(
      openS3Store({ bucket: name, prefix: 'crash', endpoint, region: 'us-east-1' }),
      (one) => one.close(),
    );
    const inbox = open.adopt(await openInbox(), (one) => one.close());
    const toInbox = open.adopt(
      await openTcpProxy({ host: '127.0.0.1', port: Number(new URL(inbox.url).port) }),
      (one) => one.close(),
    );
    const crm = open.adopt(await openCrm(), (one) => one.close());
    const feed = open.adopt(await openFeed(), (one) => one.close());
    const drivers = open.adopt(new Drivers(driverEnv(directory)), (one) => one.close());
    return {
      here: here.client,
      there: there.client,
      source: here.connection,
      target: there.connection,
      wires: { source: here.wire, target: there.wire, inbox: toInbox, feed: feed.wire },
      bucket,
      store,
      inbox,
      inboxUrl: `http://127.0.0.1:${toInbox.port}/`,
      crm,
      feed,
      drivers,
      directory,
      close: () => open.disposeAsync(),
    };
  } catch (error) {
    await open.disposeAsync();
    throw error;
  }
}

function driverEnv(directory: string): Record<string, string> {
  return {
    ...surroundings(),
    // Most of a process's start is compiling; what one has compiled, the next ones read.
    NODE_COMPILE_CACHE: join(directory, 'compiled'),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}

interface Side {
  client: pg.Client;
  connection: Connection;
  wire: TcpProxy;
}

async function openDatabase(postgresUrl: string, open: AsyncDisposableStack): Promise<Side> {
  const database: TestDatabase = open.adopt(await makeDatabase(postgresUrl), (one) => one.close());
  const { hostname, port, username, password } = new URL(database.url);
  const wire = open.adopt(await openTcpProxy({ host: hostname, port: Number(port) }), (one) =>
    one.close(),
  );
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  open.defer(() => client.end());
  await client.query(`set timezone = 'UTC'`);
  const settings = {
    host: '127.0.0.1',
    port: wire.port,
    database: database.name,
    user: username,
    ssl: 'disable',
  };
  return { client, wire, connection: { settings, secrets: { password } } };
}
