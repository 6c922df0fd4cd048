// A process that runs the engine once, from a table in memory to a real Redis over a real bucket, and is killed at one of
// its crash points, as a machine dies.
import { once } from 'node:events';
import { kill, pid } from 'node:process';
import { readSettings } from '../../connector/settings.js';
import { onCrashPoint } from '../../crash-point.js';
import type { CrashPoint } from '../../crash-point.js';
import redis from '../../destination/redis/index.js';
import { openS3Store } from '../../store/s3.js';
import { openEngine } from '../engine.js';
import { memorySource } from '../memory-connectors.js';
import type { TextRow } from '../memory-connectors.js';
import { syncToRedis } from './sync-to-redis.js';

export interface RedisRun {
  bucket: { bucket: string; endpoint: string };
  prefix: string;
  port: number;
  rows: TextRow[];
  epoch: number;
  /** The place, and the how manieth time there, from 1. */
  diesAt: { point: CrashPoint; time: number };
}

const [job] = (await once(process, 'message')) as [RedisRun];
const { bucket, prefix, port, rows, epoch, diesAt } = job;
let passed = 0;
onCrashPoint((point) => {
  if (point === diesAt.point && ++passed === diesAt.time) kill(pid, 'SIGKILL');
});
const destination = redis.open({
  settings: readSettings(redis.settings, { host: '127.0.0.1', port, tls: 'disable' }),
  secrets: { password: undefined, sentinelPassword: undefined, clientKey: undefined },
});
const engine = await openEngine({
  source: memorySource(() => rows),
  destination,
  store: openS3Store({ ...bucket, prefix, region: 'us-east-1' }),
});
const lease = { epoch: BigInt(epoch), assertTrusted: () => undefined };
await engine.run(syncToRedis, { lease });
// Nobody should come here: the point is one that every such run passes.
process.exit(3);
