import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSettings } from '../../connector/settings.js';
import redis from '../../destination/redis/index.js';
import { batchTarget } from '../batch-target.js';
import { ids } from '../engine.js';
import { deliverFile } from './engine-delivery.js';
import { fields, key, linesOfRows } from './http-rows.js';
import type { RedisCase } from './redis-case.js';
import type { Contender } from './side.js';

/** The engine's delivery to the redis destination, from the lines of a plan on disk to the outcomes of its rows. */
export async function openOurs(of: RedisCase, port: number, directory: string): Promise<Contender> {
  const file = join(directory, 'rows.tsv');
  await writeFile(file, linesOfRows(of.rows));
  return { send: () => sendAll(of, { file, port }) };
}

async function sendAll(
  of: RedisCase,
  { file, port }: { file: string; port: number },
): Promise<void> {
  const connection = redis.open({
    settings: readSettings(redis.settings, { host: '127.0.0.1', port, tls: 'disable' }),
    secrets: { password: undefined, sentinelPassword: undefined, clientKey: undefined },
  });
  const definition = redis.objects.find(({ name }) => name === of.object);
  const opened = await connection.open(
    {
      object: of.object,
      mode: 'upsert',
      removal: 'nothing',
      key,
      fields,
      set: [],
      options: readSettings(definition?.options ?? {}, { name: 'people:{{ id }}' }),
      tag: { ...ids, runId: 'run' },
      lastCheck: () => undefined,
    },
    new AbortController().signal,
  );
  const target = batchTarget(opened);
  await deliverFile({ connection, target, file, rows: of.rows, concurrency: 0 });
}
