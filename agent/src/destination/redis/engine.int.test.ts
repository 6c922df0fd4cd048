import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import type { Bucket } from '@drawbridge/local/bucket/bucket.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openS3Store } from '../../store/s3.js';
import type { Store } from '../../store/store.js';
import type { SyncReport } from '../../sync/sync-request.js';
import { eagerClock, openEngine } from '../../testing/engine.js';
import type { Engine } from '../../testing/engine.js';
import { memorySource } from '../../testing/memory-connectors.js';
import type { TextRow } from '../../testing/memory-connectors.js';
import { MemoryStore } from '../../testing/memory-store.js';
import { hasRedis, openRedis, whyNoRedis } from '../../testing/redis/redis-process.js';
import type { RedisProcess } from '../../testing/redis/redis-process.js';
import type { RedisRun } from '../../testing/redis/redis-run.js';
import { syncToRedis } from '../../testing/redis/sync-to-redis.js';
import { openTcpProxy } from '../../testing/tcp-proxy.js';
import { connectRedis } from './testing/writing.js';

// Redis through the engine. Numbers are the invariants' of run-sync.ts.

const script = new URL('../../../dist/testing/redis/redis-run.js', import.meta.url);
const people = (from: number, to: number, team: string): TextRow[] =>
  Array.from({ length: to - from }, (_, n) => ({
    id: String(from + n),
    name: n % 10 === 0 ? null : `person ${from + n}`,
    team,
  }));
const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };

describe.skipIf(!hasRedis)(`Redis through the engine${whyNoRedis}`, () => {
  let directory: string;
  let bucket: Bucket;
  let server: RedisProcess;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'drawbridge-redis-engine-'));
    bucket = await openBucket({ directory, port: await freePort(), ...credentials });
    process.env['AWS_ACCESS_KEY_ID'] = credentials.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = credentials.secretAccessKey;
    server = await openRedis();
  });
  beforeEach(() => server.admin.flushall());
  afterAll(async () => {
    await server.close();
    await bucket.close();
    await rm(directory, { recursive: true, force: true });
  });

  const recordsThere = async (): Promise<TextRow[]> => {
    const keys = await server.admin.keys('person:*');
    const hashes = await Promise.all(keys.map((key) => server.admin.hgetall(key)));
    return hashes
      .map(({ id = '', name = null, team = null }) => ({ id, name, team }))
      .toSorted((a, b) => Number(a.id) - Number(b.id));
  };

  /** One run of an engine of its own, as the next agent's would be. */
  const run = async (
    { store, port = server.port, epoch }: { store: Store; port?: number; epoch: number },
    rows: TextRow[],
  ): Promise<SyncReport> => {
    const destination = connectRedis({ port });
    const engine: Engine = await openEngine({
      source: memorySource(() => rows),
      destination,
      store,
    });
    const lease = { epoch: BigInt(epoch), assertTrusted: () => undefined };
    const report = await engine.run(syncToRedis, { lease, clock: eagerClock });
    await engine.close();
    await destination.close();
    return report;
  };

  it('comes to the end of a run whose line is cut again and again', async () => {
    const proxy = await openTcpProxy({ host: '127.0.0.1', port: server.port });
    const table = people(0, 5_000, 'a');
    const parts = { store: new MemoryStore(), port: proxy.port, epoch: 1 };
    let answers = 0;
    const cutEveryThird = (): void =>
      proxy.cutAt((answer) => {
        if (!/^[:$]/.test(answer) || ++answers % 3 > 0) return false;
        if (answers < 9) queueMicrotask(cutEveryThird);
        return true;
      }, 100);
    cutEveryThird();
    expect(await run(parts, table)).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 5_000 },
    });
    expect(answers).toBeGreaterThanOrEqual(9);
    expect(await recordsThere()).toEqual(table);
    await proxy.close();
  });

  it.each([
    ['batch.before', 2],
    ['batch.leaving', 3],
    ['batch.answered', 2],
    ['outcome.before', 1],
    ['segment.before', 1],
    ['head.before', 1],
  ] as const)(
    'is in step after a kill at %s (invariants 1, 2, 3, 9)',
    async (point, time) => {
      const prefix = `drawbridge-${point}`;
      const where = { bucket: bucket.bucket, endpoint: bucket.endpoint };
      const store = openS3Store({ ...where, prefix, region: 'us-east-1' });
      const first = people(0, 4_000, 'a');
      expect(await run({ store, epoch: 1 }, first)).toMatchObject({ outcome: 'succeeded' });
      await server.admin.hset('person:1', 'theirs', 'x');
      const next = [...people(500, 2_500, 'b'), ...people(2_500, 4_500, 'a')];
      const job: RedisRun = {
        bucket: where,
        prefix,
        port: server.port,
        rows: next,
        epoch: 2,
        diesAt: { point, time },
      };
      const child = fork(script, { execArgv: [] });
      child.send(job);
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
      expect(await run({ store, epoch: 3 }, next)).toMatchObject({ outcome: 'succeeded' });
      expect(await recordsThere()).toEqual(next);
      // And there is nothing left to do.
      expect(await run({ store, epoch: 4 }, next)).toMatchObject({ counts: { sent: 0 } });
      store.close();
    },
    120_000,
  );
});
