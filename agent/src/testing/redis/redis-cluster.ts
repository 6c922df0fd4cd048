import { freePort } from '@drawbridge/local/free-port.js';
import { openRedis, until } from './redis-process.js';
import type { RedisProcess } from './redis-process.js';

/** Three masters with a third of the slots each, and no replicas. */
export interface RedisCluster {
  nodes: readonly RedisProcess[];
  close(): Promise<void>;
}

const firsts = [0, 5_461, 10_923, 16_384];

export async function openRedisCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all([0, 1, 2].map(openNode));
  await Promise.all(
    nodes.map(async ({ admin }, n) => {
      await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1));
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', `${firsts[n]}`, `${Number(firsts[n + 1]) - 1}`);
    }),
  );
  const [first] = nodes;
  for (const { port, busPort } of nodes.slice(1))
    await first?.admin.call('CLUSTER', 'MEET', '127.0.0.1', String(port), String(busPort));
  await Promise.all(nodes.map(({ admin }) => until(() => isWhole(admin))));
  return { nodes, close: async () => void (await Promise.all(nodes.map((node) => node.close()))) };
}

async function openNode(): Promise<RedisProcess & { busPort: number }> {
  const busPort = await freePort();
  const config = [
    'cluster-enabled yes',
    `cluster-port ${busPort}`,
    'cluster-node-timeout 2000',
    // So that one can be killed and the others go on.
    'cluster-require-full-coverage no',
  ];
  return { ...(await openRedis({ config })), busPort };
}

async function isWhole(admin: RedisProcess['admin']): Promise<boolean> {
  const info = String(await admin.call('CLUSTER', 'INFO'));
  return /cluster_state:ok/.test(info) && /cluster_slots_ok:16384/.test(info);
}
