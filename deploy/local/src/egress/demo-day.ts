import { playChangedRound, playFirstRound } from '../full/full-rounds.js';
import type { Graphql } from '../graphql.js';
import type { Place } from './pod.js';
import type { World } from './world.js';

/** A first run of every sync, changed ones, the agent stopped and started, changed ones again; health and metrics between. */
export async function demoDay(
  { ground, product, snowflake, arrivals, slack }: World,
  place: Place,
  say: (line: string) => void,
): Promise<{ runs: number; faults: string[] }> {
  const { graphql } = product;
  const { databases } = ground;
  const stage = { graphql, databases, warehouse: snowflake, arrivals, slack, say };
  const faults = [...(await playFirstRound(stage)), ...(await playChangedRound(stage))];
  say('5. The agent is stopped and started');
  await product.agents[0]?.restart();
  faults.push(...(await playChangedRound(stage)), ...(await watchedFaults(place)));
  return { runs: await countRuns(graphql), faults };
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

async function countRuns(graphql: Graphql): Promise<number> {
  const { runs } = await graphql<{ runs: { edges: unknown[] } }>(
    '{ runs(first: 100) { edges { node { id } } } }',
  );
  return runs.edges.length;
}
