import { setTimeout as wait } from 'node:timers/promises';
import { collectGarbage } from './inspector.js';
import type { Site } from './site.js';

/** Two heartbeats of every agent. */
const settleMs = 20_000;

/**
 * Enrols and connects all agents. What one more costs: what the process holds with all of them, less that with half of
 * them, after a collection of garbage each time. So what the first ones warm up counts for nobody. What it holds is what
 * lives on the heap and in buffers beside it: resident memory is given back when the allocator likes, which made the same
 * build come to anything from 6 to 60 KiB. That of the system, which Node does not know of, is in neither.
 */
export async function measureIdleSockets(site: Site): Promise<number> {
  const { crowds, tokens, size } = site;
  await Promise.all(
    crowds.map((crowd, n) => crowd.enrol(tokens.filter((_, at) => at % crowds.length === n))),
  );
  const each = size.agents / crowds.length;
  const half = Math.floor(each / 2);
  const before = await heldBytes(site, half);
  const after = await heldBytes(site, each);
  return (after - before) / ((each - half) * crowds.length) / 1_024;
}

async function heldBytes(site: Site, agentsEach: number): Promise<number> {
  await Promise.all(site.crowds.map((crowd) => crowd.connect(agentsEach)));
  await wait(settleMs);
  await collectGarbage(site.inspectorPort);
  const response = await fetch(`${site.controlPlane.url}/metrics`);
  const text = await response.text();
  return ['heap_size_used', 'external_memory']
    .map((name) => Number(new RegExp(`^nodejs_${name}_bytes (\\d+)`, 'm').exec(text)?.[1]))
    .reduce((one, other) => one + other);
}
