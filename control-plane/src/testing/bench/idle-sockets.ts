import { setTimeout as wait } from 'node:timers/promises';
import { collectGarbage } from './inspector.js';
import type { Site } from './site.js';

/** Two heartbeats of every agent. */
const settleMs = 20_000;

/**
 * Enrols and connects all agents. What one more costs: the process's resident memory with all of them, less that with half
 * of them, after a collection of garbage each time. So what the first ones warm up counts for nobody.
 */
export async function measureIdleSockets(site: Site): Promise<number> {
  const { crowds, tokens, size } = site;
  await Promise.all(
    crowds.map((crowd, n) => crowd.enrol(tokens.filter((_, at) => at % crowds.length === n))),
  );
  const each = size.agents / crowds.length;
  const half = Math.floor(each / 2);
  const before = await residentBytes(site, half);
  const after = await residentBytes(site, each);
  return (after - before) / ((each - half) * crowds.length) / 1_024;
}

async function residentBytes(site: Site, agentsEach: number): Promise<number> {
  await Promise.all(site.crowds.map((crowd) => crowd.connect(agentsEach)));
  await wait(settleMs);
  await collectGarbage(site.inspectorPort);
  const response = await fetch(`${site.controlPlane.url}/metrics`);
  const line = /^process_resident_memory_bytes (\d+)/m.exec(await response.text());
  return Number(line?.[1]);
}
