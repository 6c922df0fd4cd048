import { playChangedRound } from '../full/full-rounds.js';
import { countRuns, stageOf } from './demo-day.js';
import { needed, unlisted } from './hosts.js';
import type { Host } from './hosts.js';
import { counts, enforce } from './node.js';
import { agentFirewall, neededHosts, objectsOf, proxyEnvOf, valuesFor } from './policy.js';
import type { Setting } from './refusals.js';

const { postgres, redis, files } = needed;

/** What speaks no HTTP, and one host that `proxy.except` names; all others are behind the proxy. */
const direct: readonly Host[] = [postgres, redis, files];

export interface ProxyDay {
  runs: number;
  faults: string[];
  dropped: number;
  through: string[];
}

/** Changed runs of every sync with nothing on the list but the proxy and what does not go by it. */
export async function proxyDay(setting: Setting): Promise<ProxyDay> {
  const { world, namespaces, helm, home, say } = setting;
  const { product, proxy } = world;
  say('6. The agent is stopped and started behind a forward proxy');
  const values = {
    ...valuesFor([unlisted.proxy, ...direct]),
    proxy: { url: `http://${unlisted.proxy.name}:${unlisted.proxy.port}`, except: [files.name] },
  };
  const objects = await objectsOf(helm, values, home);
  await enforce(namespaces.node, agentFirewall(objects));
  await product.agents[0]?.restart(proxyEnvOf(objects));
  const faults = await playChangedRound(stageOf(world, say));
  const { dropped, refused, allowed } = await counts(namespaces.node);
  const through = [...new Set(proxy.asked)].toSorted();
  const runs = await countRuns(product.graphql);
  await enforce(
    namespaces.node,
    agentFirewall(await objectsOf(helm, valuesFor(neededHosts()), home)),
  );
  await product.agents[0]?.restart();
  return {
    runs,
    dropped,
    through,
    faults: [
      ...faults,
      ...refused.map(({ host }) => `Behind the proxy, ${host} was dialled past it.`),
      ...allowed
        .filter(({ host, connections }) => connections === 0 && !host.endsWith(':53'))
        .map(({ host }) => `Behind the proxy, nobody used ${host}.`),
      ...misled(through),
    ],
  };
}

/** Whoever is not reached directly went by the proxy, and nobody else did. */
function misled(through: readonly string[]): string[] {
  const wanted = Object.values<Host>(needed)
    .filter((host) => !direct.includes(host))
    .map(({ name, port }) => `${name}:${port}`);
  return [
    ...wanted.filter((host) => !through.includes(host)).map((host) => `${host} is past the proxy.`),
    ...through.filter((host) => !wanted.includes(host)).map((host) => `${host} is by the proxy.`),
  ];
}
