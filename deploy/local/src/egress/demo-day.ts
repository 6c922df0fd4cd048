import { playChangedRound, playFirstRound } from '../full/full-rounds.js';
import type { Stage } from '../full/full-rounds.js';
import type { Graphql } from '../graphql.js';
import type { Place } from './pod.js';
import type { World } from './world.js';

/** A first run of every sync, changed ones, the agent stopped and started, changed ones again; health and metrics between. */
export async function demoDay(
  world: World,
  place: Place,
  say: (line: string) => void,
): Promise<string[]> {
  const stage = stageOf(world, say);
  const faults = [...(await playFirstRound(stage)), ...(await playChangedRound(stage))];
  say('5. The agent is stopped and started');
  await world.product.agents[0]?.restart();
  return [...faults, ...(await playChangedRound(stage)), ...(await watchedFaults(place))];
}

export function stageOf(
  { ground, product, snowflake, arrivals, slack }: World,
  say: (line: string) => void,
): Stage {
  const { graphql } = product;
  const { databases } = ground;
  return { graphql, databases, warehouse: snowflake, arrivals, slack, say };
}

/** As Prometheus and the kubelet ask. */
async function watchedFaults({ metrics: { host, port } }: Place): Promise<string[]> {
  const faults: string[] = [];
  for (const [path, wanted] of [
    ['healthz', /./],
    ['readyz', /./],
    ['metrics', /^drawbridge_agent_/m],
  ] as const) {
    const answer = await fetch(`http://${host}:${port}/${path}`);
    const text = await answer.text();
    if (!answer.ok || !wanted.test(text)) faults.push(`/${path} answers ${answer.status}: ${text}`);
  }
  return faults;
}

export async function countRuns(graphql: Graphql): Promise<number> {
  const { runs } = await graphql<{ runs: { edges: unknown[] } }>(
    '{ runs(first: 100) { edges { node { id } } } }',
  );
  return runs.edges.length;
}
