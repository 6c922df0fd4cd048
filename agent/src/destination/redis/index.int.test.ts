import { describe } from 'vitest';
import type { ObjectDefinition } from '../../connector/destination.js';
import { destinationContract } from '../../testing/destination-contract.js';
import type { ContractRecord, DestinationServer } from '../../testing/destination-contract.js';
import { hasRedis, openRedis, whyNoRedis } from '../../testing/redis/redis-process.js';
import { openTcpProxy } from '../../testing/tcp-proxy.js';
import redis from './index.js';
import { leastRights } from './testing/least-rights.js';

/** A set's member has no name and no score, so the contract's records fit hashes and JSON alone. */
const fitting = redis.objects.filter(({ name }) => name === 'hash' || name === 'json');

describe.skipIf(!hasRedis)(`Redis${whyNoRedis}`, () => {
  destinationContract({ ...redis, objects: fitting }, openContractServer);
});

const isWrite = (request: string): boolean => /\r\n(HSET|SET|EVALSHA)\r\n/.test(request);

async function openContractServer(): Promise<DestinationServer> {
  const server = await openRedis();
  const { admin } = server;
  await admin.call('ACL', 'SETUSER', ...leastRights('drawbridge', 'right', 'record:*'));
  const proxy = await openTcpProxy({ host: '127.0.0.1', port: server.port });
  const settings = { host: '127.0.0.1', port: proxy.port, user: 'drawbridge', tls: 'disable' };
  const keyOf = ({ region, id }: ContractRecord): string => `record:${region}:${id}`;
  return {
    settings,
    secrets: { password: 'right' },
    absent: { ...settings, port: 1 },
    wrongSecrets: { password: 'guessed' },
    // There is one of each name, so the last one's keys go. One key is of a type that neither is.
    makeObject: async ({ name }: ObjectDefinition) => {
      await admin.flushall();
      await admin.sadd('record:eu:13', 'of somebody else');
      return { name, options: { name: 'record:{{ region }}:{{ id }}' } };
    },
    isWhole: (object) => object === 'json',
    seed: async (object, records) => {
      for (const each of records)
        if (object === 'hash')
          await admin.hset(
            keyOf(each),
            Object.entries(each)
              .filter(([, value]) => value !== null)
              .flat() as string[],
          );
        else await admin.set(keyOf(each), JSON.stringify({ ...each, id: Number(each.id) }));
    },
    records: async (object) => {
      const keys = (await admin.keys('record:*'))
        .filter((key) => key !== 'record:eu:13')
        .toSorted();
      return Promise.all(
        keys.map(async (key) =>
          recordOf(
            object === 'hash'
              ? await admin.hgetall(key)
              : (JSON.parse((await admin.get(key)) ?? '') as Record<string, unknown>),
          ),
        ),
      );
    },
    cut: async (_, when) =>
      when === 'before' ? proxy.cutBefore(isWrite) : proxy.cutAt((answer) => /^[:$*]/.test(answer)),
    hold: async () => {
      const { held, release } = proxy.hold(isWrite);
      return { held, release: async () => release() };
    },
    close: async () => {
      await proxy.close();
      await server.close();
    },
  };
}

function recordOf({ region, id, name, score }: Record<string, unknown>): ContractRecord {
  const text = (value: unknown): string | null =>
    value === undefined || value === null ? null : String(value);
  return { region: String(region), id: String(id), name: text(name), score: text(score) };
}
