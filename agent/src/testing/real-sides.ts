import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import { freePort } from '@drawbridge/local/free-port.js';
import type { DestinationConnection } from '../connector/destination.js';
import type { SourceConnection } from '../connector/source.js';
import { openS3Store } from '../store/s3.js';
import type { Store } from '../store/store.js';
import { openPostgresPair } from './postgres-pair.js';
import { openPostgresFixture } from './postgres.js';
import type { PostgresFixture } from './postgres.js';

/** What an engine needs of the real world: a Postgres database for both sides, and a bucket. */
export interface RealSides {
  fixture: PostgresFixture;
  source: SourceConnection;
  destination: DestinationConnection;
  store: Store;
  /** Ends when no session of the engine is left. */
  close(): Promise<void>;
}

export async function openRealSides(postgresUrl: string): Promise<RealSides> {
  const fixture = await openPostgresFixture(postgresUrl);
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-real-sides-'));
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const bucket = await openBucket({ directory, port: await freePort(), ...credentials });
  process.env['AWS_ACCESS_KEY_ID'] = credentials.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = credentials.secretAccessKey;
  const { endpoint, bucket: name } = bucket;
  const store = openS3Store({ bucket: name, prefix: 'drawbridge', endpoint, region: 'us-east-1' });
  const { source, destination } = openPostgresPair(fixture);
  return {
    fixture,
    source,
    destination,
    store,
    close: async () => {
      await source.close();
      await destination.close();
      store.close();
      await bucket.close();
      await fixture.until('count(*) = 0');
      await fixture.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
