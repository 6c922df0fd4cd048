import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import type { Bucket } from '@drawbridge/local/bucket/bucket.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTcpProxy } from '../../testing/tcp-proxy.js';
import { runToNats } from './testing/nats-engine.js';
import type { FatalRun } from './testing/nats-run.js';
import { hasNats, openNats, whyNoNats } from './testing/nats-process.js';
import type { NatsProcess } from './testing/nats-process.js';

// NATS through the engine. Numbers are the invariants' of run-sync.ts.

const script = new URL('../../../dist/destination/nats/testing/nats-run.js', import.meta.url);
const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
const rows = Array.from({ length: 1_800 }, (_, n) => ({ id: String(n), name: `person ${n}` }));

describe.skipIf(!hasNats)(`NATS through the engine${whyNoNats}`, () => {
  let directory: string;
  let bucket: Bucket;
  let server: NatsProcess;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'drawbridge-nats-engine-'));
    bucket = await openBucket({ directory, port: await freePort(), ...credentials });
    process.env['AWS_ACCESS_KEY_ID'] = credentials.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = credentials.secretAccessKey;
    server = await openNats('crm.>');
  });
  afterAll(async () => {
    await server.close();
    await bucket.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** A stream with no window of its own to speak of: what is sent twice is there twice. */
  const prepare = async (name: string): Promise<Omit<FatalRun, 'diesAt' | 'epoch'>> => {
    await server.manager.streams.add({
      name,
      subjects: [`crm.${name}`],
      duplicate_window: 100_000_000,
    });
    const where = { bucket: bucket.bucket, endpoint: bucket.endpoint, prefix: name };
    return { bucket: where, port: server.port, object: `crm.${name}`, rows };
  };
  const idsIn = async (name: string): Promise<number[]> => {
    const consumer = await server.streams.consumers.get(name);
    const ids: number[] = [];
    const { state } = await server.manager.streams.info(name);
    for await (const message of await consumer.fetch({ max_messages: state.messages }))
      ids.push(message.json<{ fields: { id: number } }>().fields.id);
    return ids.map(Number).toSorted((a, b) => a - b);
  };
  const onceEach = rows.map(({ id }) => Number(id));

  it('tells once of each row when the line is cut after the stream has it', async () => {
    const run = await prepare('cut');
    const proxy = await openTcpProxy({ host: '127.0.0.1', port: server.port });
    let cuts = 0;
    const cut = (): void =>
      proxy.cutAt((answer) => {
        if (!/"stream":"cut",\s*"seq"/.test(answer)) return false;
        if (++cuts < 3) queueMicrotask(cut);
        return true;
        // Of five hundred answers some arrive.
      }, 1_000);
    cut();
    const report = await runToNats({ ...run, port: proxy.port, epoch: 1 });
    expect(report).toMatchObject({ outcome: 'succeeded', counts: { sent: 1_800, uncertain: 0 } });
    expect(cuts).toBe(3);
    expect(await idsIn('cut')).toEqual(onceEach);
    await proxy.close();
  });

  it.each([
    ['batch.leaving', 2],
    ['batch.answered', 1],
    ['outcome.before', 1],
    ['head.before', 1],
  ] as const)(
    'tells once of each row after a kill at %s (invariants 1, 2, 3)',
    async (point, time) => {
      const name = point.replace('.', '_');
      const run = await prepare(name);
      const child = fork(script, { execArgv: [] });
      child.send({ ...run, epoch: 1, diesAt: { point, time } } satisfies FatalRun);
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
      const report = await runToNats({ ...run, epoch: 2 });
      expect(report).toMatchObject({ outcome: 'succeeded', counts: { uncertain: 0 } });
      expect(await idsIn(name)).toEqual(onceEach);
    },
    120_000,
  );
});
