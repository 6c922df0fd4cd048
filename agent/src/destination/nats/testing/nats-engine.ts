import { readSettings } from '../../../connector/settings.js';
import { openS3Store } from '../../../store/s3.js';
import type { SyncReport, SyncRequest } from '../../../sync/sync-request.js';
import { column, openEngine } from '../../../testing/engine.js';
import { memorySource } from '../../../testing/memory-connectors.js';
import type { TextRow } from '../../../testing/memory-connectors.js';
import nats from '../index.js';

export interface NatsRun {
  bucket: { bucket: string; endpoint: string; prefix: string };
  port: number;
  object: string;
  rows: TextRow[];
  epoch: number;
}

/** One run from a table in memory to a real stream, over a real bucket. */
export async function runToNats({
  bucket,
  port,
  object,
  rows,
  epoch,
}: NatsRun): Promise<SyncReport> {
  const destination = nats.open({
    settings: readSettings(nats.settings, {
      servers: [`127.0.0.1:${port}`],
      user: 'writer',
      tls: 'disable',
    }),
    secrets: { password: 'right', token: undefined, credentials: undefined },
  });
  const store = openS3Store({ ...bucket, region: 'us-east-1' });
  const engine = await openEngine({ source: memorySource(() => rows), destination, store });
  const lease = { epoch: BigInt(epoch), assertTrusted: () => undefined };
  try {
    return await engine.run(telling(object), { lease });
  } finally {
    await engine.close();
    await destination.close();
    store.close();
  }
}

/** Tells of added rows. */
const telling = (object: string): Partial<SyncRequest> => ({
  object,
  mode: 'append',
  onRemoved: { action: 'nothing', set: [] },
  key: [],
  fields: [column('id'), column('name')],
  options: { changed: false, removed: false },
});
