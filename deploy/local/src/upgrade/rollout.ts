import { setTimeout as wait } from 'node:timers/promises';
import type { Agents } from './agents.js';
import type { Load } from './load.js';
import type { Replicas } from './replicas.js';
import type { Version } from './version.js';

export interface Rollout {
  from: Version;
  to: Version;
  replicas: Replicas;
  agents: Agents;
  load: Load;
  /** Runs that each phase sees to their end at least. */
  runsEach: number;
  /** Hears what is done. */
  tell: (line: string) => void;
}

export interface Phase {
  runs: number;
  failed: number;
  seconds: number;
}

type Step = (rollout: Rollout) => Promise<unknown>;

/** In the order of UPGRADING.md, and back. What a phase's name says is what runs while its runs are counted. */
const phases: Readonly<Record<string, Step>> = {
  'all old': async () => undefined,
  'schema new': async ({ replicas, to }) => replicas.migrate(to),
  'control planes mixed': async ({ replicas, to }) => replicas.replaceOne(to),
  'control planes new': async ({ replicas, load, to }) => {
    await replicas.replaceOne(to);
    // Agents that do not know what it is go on all the same.
    await load.askForKeys();
  },
  'agents mixed': async ({ agents, to }) => agents.replace(0, to),
  'all new': async ({ agents, to }) => replaceRest(agents, to),
  'back: control planes mixed': async ({ replicas, from }) => replicas.replaceOne(from),
  'back: agents mixed': async ({ agents, from }) => agents.replace(0, from),
  'back: agents old': async ({ agents, from }) => replaceRest(agents, from),
  'back: all old': async ({ replicas, from }) => replicas.replaceOne(from),
};

export const replicaCount = 2;
export const agentCount = 3;

async function replaceRest(agents: Agents, version: Version): Promise<void> {
  for (let n = 1; n < agents.count; n += 1) await agents.replace(n, version);
}

/** Through all phases while the load goes on. */
export async function rollOut(rollout: Rollout): Promise<Record<string, Phase>> {
  const seen: Record<string, Phase> = {};
  for (const [name, step] of Object.entries(phases)) {
    rollout.tell(name);
    seen[name] = await count(rollout, step);
  }
  return seen;
}

const pollMs = 100;

async function count(rollout: Rollout, step: Step): Promise<Phase> {
  const { ended } = rollout.load;
  const [began, first] = [performance.now(), ended.length];
  await step(rollout);
  const settled = ended.length;
  while (ended.length < settled + rollout.runsEach) await wait(pollMs);
  const these = ended.slice(first);
  return {
    runs: these.length,
    failed: these.filter(({ state }) => state !== 'succeeded').length,
    seconds: Math.round((performance.now() - began) / 1_000),
  };
}
