import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.js';
import type { Graphql } from './graphql.js';
import { openProgram } from './program.js';
import type { Program } from './program.js';

export interface AgentProgram extends Program {
  /** As the control plane knows it. */
  id: string;
}

interface AgentOptions {
  script: string;
  /** Holds its identity, its id and its work files; the same folder is the same agent. */
  folder: string;
  logFile: string;
  env: Readonly<Record<string, string>>;
  graphql: Graphql;
  place?: AgentPlace;
}

/** Where an agent runs that is not beside us: another network, and perhaps another user. */
export interface AgentPlace {
  /** As `within` of a program. */
  within: readonly string[];
  /** Where its metrics are, as we reach them. */
  metrics: { host: string; port: number };
  /** Whom its folder belongs to. */
  user: { uid: number; gid: number };
}

const onlineMs = 30_000;
const pollMs = 50;

/** Starts an agent; the first time it enrols with a single-use token. Ready when the control plane sees it online. */
export async function openAgent(options: AgentOptions): Promise<AgentProgram> {
  const { folder, graphql, place } = options;
  await mkdir(folder, { recursive: true });
  if (place) await chown(folder, place.user.uid, place.user.gid);
  const known = await readFile(join(folder, 'id'), 'utf8').catch(() => undefined);
  const before = new Set((await listAgents(graphql)).map(({ id }) => id));
  const metrics = place?.metrics ?? { host: '127.0.0.1', port: await freePort() };
  const token = known ? undefined : await makeToken(graphql);
  const program = await openProgram({
    name: 'agent',
    script: options.script,
    args: ['start'],
    logFile: options.logFile,
    readyUrl: `http://${metrics.host}:${metrics.port}/readyz`,
    ...(place && { within: place.within }),
    env: async () => ({
      ...options.env,
      DRAWBRIDGE_IDENTITY: `file:${join(folder, 'identity')}`,
      DRAWBRIDGE_WORK_DIR: join(folder, 'work'),
      DRAWBRIDGE_METRICS_PORT: String(metrics.port),
      ...(token ? { DRAWBRIDGE_ENROLLMENT_TOKEN: token } : {}),
    }),
  });
  try {
    const id = await online(graphql, (agent) => (known ? agent === known : !before.has(agent)));
    await writeFile(join(folder, 'id'), id);
    return withId(program, id);
  } catch (error) {
    await program.close();
    throw error;
  }
}

/** Not a copy: `exited` is of the process that runs when it is asked. */
function withId(program: Program, id: string): AgentProgram {
  return Object.assign(program, { id });
}

async function makeToken(graphql: Graphql): Promise<string> {
  const answer = await graphql<{ createEnrollmentToken: { token: string } }>(
    'mutation ($input: CreateEnrollmentTokenInput!) { createEnrollmentToken(input: $input) { token } }',
    { input: { pool: 'default' } },
  );
  return answer.createEnrollmentToken.token;
}

async function online(graphql: Graphql, isOurs: (id: string) => boolean): Promise<string> {
  const deadline = performance.now() + onlineMs;
  while (performance.now() < deadline) {
    const agent = (await listAgents(graphql)).find((one) => one.online && isOurs(one.id));
    if (agent) return agent.id;
    await wait(pollMs);
  }
  throw new Error(`The control plane did not see the agent online within ${onlineMs / 1000} s.`);
}

async function listAgents(graphql: Graphql): Promise<{ id: string; online: boolean }[]> {
  const { agents } = await graphql<{
    agents: { edges: { node: { id: string; online: boolean } }[] };
  }>('{ agents(first: 100) { edges { node { id online } } } }');
  return agents.edges.map(({ node }) => node);
}
