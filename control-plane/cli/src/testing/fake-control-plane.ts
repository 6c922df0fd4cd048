import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  changesBetween,
  formatSpecification,
  parseSpecification,
  type ConfigurationFile,
  type Specification,
} from '@drawbridge/proto';
import { buildSchema, graphql, GraphQLError } from 'graphql';
import type { ConfigurationVersion } from '../configuration-operation.js';
import type { Agent, ApiKey, Discovery, Run, RunError } from '../operation.js';
import { sampleRun } from './sample-run.js';

const schema = buildSchema(
  readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'),
);
export const token = 'dbk_test';

/** What the server knows, for tests to set and to look at. */
export interface FakeState {
  specification: Specification;
  /** Every change so far, oldest first. */
  versions: (ConfigurationVersion & { specification: Specification })[];
  /** The run as each look at it finds it; the last one stays. */
  looks: Partial<Run>[];
  runs: Run[];
  agents: Agent[];
  apiKeys: ApiKey[];
  started: Record<string, unknown>[];
  approved: object[];
  /** The state that a cancel finds the run in, or brings it to. */
  cancelled: string;
  /** The code with which approvals and releases are refused. */
  refusal?: string;
  discovered: object[];
  /** What an agent finds; a failure unless set. */
  discovery?: Discovery;
  /** Answers to swallow with a closed connection, as a server that restarts does. */
  drops: number;
}

export interface FakeControlPlane extends AsyncDisposable {
  url: string;
  state: FakeState;
}

/** A control plane that truly listens and speaks schema.graphql. */
export async function openFakeControlPlane(): Promise<FakeControlPlane> {
  const state: FakeState = {
    specification: empty,
    versions: [],
    looks: [],
    runs: [],
    agents: [],
    apiKeys: [],
    started: [],
    approved: [],
    cancelled: 'cancelled',
    discovered: [],
    drops: 0,
  };
  const server = createServer((request, response) => void answer(state, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(state: FakeState, request: IncomingMessage, response: ServerResponse) {
  const { query, variables } = JSON.parse(await textOf(request)) as {
    query: string;
    variables: Record<string, unknown>;
  };
  if (state.drops > 0 && state.drops--) return void request.socket.destroy();
  const isKnown = request.headers.authorization === `Bearer ${token}`;
  const result = isKnown
    ? await graphql({ schema, source: query, variableValues: variables, rootValue: rootOf(state) })
    : { errors: [refusal('auth.bad_key', 'This key is not known.')] };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

const refusal = (code: string, message: string) =>
  new GraphQLError(message, { extensions: { code } });

type Input<T> = { input: T };

function rootOf(state: FakeState) {
  return {
    applyConfiguration: ({ input }: Input<{ files: ConfigurationFile[]; dryRun?: boolean }>) =>
      apply(state, input),
    restoreConfiguration: ({ input }: Input<{ version: number; dryRun?: boolean }>) =>
      restore(state, input),
    configurationVersions: () => ({
      edges: state.versions.map((node) => ({ cursor: String(node.number), node })).toReversed(),
      pageInfo: { hasNextPage: false, endCursor: null },
    }),
    configurationDifference: ({ from, to }: { from: number; to: number | null }) =>
      changesBetween(specificationAt(state, from), specificationAt(state, to)),
    configuration: () => formatSpecification(state.specification),
    startRun: ({ input }: Input<{ sync: string; dryRun: boolean }>) => {
      if (input.sync === 'nosuch') throw refusal('sync.not_found', 'There is no sync "nosuch".');
      state.started.push(input);
      return { run: { ...sampleRun, state: 'queued', sync: input.sync, dryRun: input.dryRun } };
    },
    approveRun: ({ input }: Input<{ runId: string; planDigest: string | null }>) => {
      state.approved.push(input);
      if (state.refusal) throw refusal(state.refusal, 'It was refused.');
      return { run: { ...sampleRun, id: input.runId, state: 'queued' } };
    },
    releaseRun: ({ input }: Input<{ id: string }>) => {
      if (state.refusal) throw refusal(state.refusal, 'It was refused.');
      return { run: { ...sampleRun, id: input.id, state: 'queued' } };
    },
    cancelRun: ({ input }: Input<{ id: string }>) => ({
      run: { ...sampleRun, id: input.id, state: state.cancelled },
    }),
    pauseSync: ({ input }: Input<{ sync: string }>) => pausedOf(input.sync, startedText),
    resumeSync: ({ input }: Input<{ sync: string }>) => pausedOf(input.sync, null),
    pausePool: ({ input }: Input<{ pool: string }>) => ({
      pool: { name: input.pool, pausedAt: startedText },
    }),
    resumePool: ({ input }: Input<{ pool: string }>) => ({
      pool: { name: input.pool, pausedAt: null },
    }),
    pauseDestination: ({ input }: Input<{ destination: string }>) => ({
      destination: { name: input.destination, pausedAt: startedText },
    }),
    resumeDestination: ({ input }: Input<{ destination: string }>) => ({
      destination: { name: input.destination, pausedAt: null },
    }),
    run: ({ id }: { id: string }) => {
      const look = state.looks.length > 1 ? state.looks.shift() : state.looks[0];
      return look ? { ...sampleRun, id, ...look } : null;
    },
    runs: (page: { sync?: string; first: number; after?: string }) => pageOf(state.runs, page),
    agents: () => wholeOf(state.agents),
    sources: () => wholeOf(connectionsOf(state.specification.sources)),
    destinations: () => wholeOf(connectionsOf(state.specification.destinations)),
    source: ({ name }: { name: string }) => named(state.specification.sources, name),
    destination: ({ name }: { name: string }) => named(state.specification.destinations, name),
    discoverConnection: ({ input }: Input<object>) => {
      state.discovered.push(input);
      return state.discovery ?? { entries: [], isCutOff: false, failure: discoveryFailure };
    },
    createEnrollmentToken: ({ input }: Input<{ pool: string }>) => ({
      token: `dbe_${'a'.repeat(43)}`,
      pool: input.pool,
      expiresAt: '2026-11-23T12:00:00.000Z',
    }),
    createApiKey: ({ input }: Input<{ name: string }>) => ({ id: input.name, key: 'dbk_made' }),
    apiKeys: () => wholeOf(state.apiKeys),
    revokeApiKey: ({ input }: Input<{ id: string }>) => {
      const apiKey = state.apiKeys.find(({ id }) => id === input.id);
      if (!apiKey) throw refusal('key.not_found', 'There is no such API key.');
      state.apiKeys = state.apiKeys.filter(({ id }) => id !== input.id);
      return { apiKey };
    },
  };
}

const wholeOf = (nodes: readonly object[]) => ({
  edges: nodes.map((node) => ({ cursor: '', node })),
  pageInfo: { hasNextPage: false, endCursor: null },
});

const named = (entries: Readonly<Record<string, { type: string; pool: string }>>, name: string) =>
  connectionsOf(entries).find((one) => one.name === name) ?? null;

const connectionsOf = (entries: Readonly<Record<string, { type: string; pool: string }>>) =>
  Object.entries(entries).map(([name, { type, pool }]) => ({ name, type, pool }));

const discoveryFailure: RunError = {
  code: 'discovery.off',
  vendorCode: '',
  count: 1,
  errorId: '',
  title: 'The agent does not tell what is in its systems',
  advice: 'Write the name yourself.',
};

const startedText = '2026-11-23T10:00:00.000Z';

function pausedOf(name: string, pausedAt: string | null) {
  if (name === 'nosuch') throw refusal('sync.not_found', 'There is no sync "nosuch".');
  return { sync: { name, pausedAt, nextRunAt: '2026-11-23T11:00:00.000Z' } };
}

interface Applying {
  files: ConfigurationFile[];
  dryRun?: boolean;
  expectedVersion?: number | null;
}

function apply(state: FakeState, { files, dryRun, expectedVersion }: Applying) {
  const version = state.versions.length;
  if ((expectedVersion ?? version) !== version)
    throw refusal('configuration.changed', `The configuration is at version ${version} by now.`);
  const { specification, problems } = parseSpecification(files);
  if (!specification) return { applied: false, problems, changes: [], version };
  return become(state, specification, { dryRun: dryRun ?? false, restoredFrom: null });
}

const restore = (state: FakeState, { version, dryRun }: { version: number; dryRun?: boolean }) =>
  become(state, specificationAt(state, version), {
    dryRun: dryRun ?? false,
    restoredFrom: version,
  });

function become(
  state: FakeState,
  specification: Specification,
  { dryRun, restoredFrom }: { dryRun: boolean; restoredFrom: number | null },
) {
  const changes = changesBetween(state.specification, specification);
  const isMade = !dryRun && changes.length > 0;
  if (isMade) {
    const number = state.versions.length + 1;
    const by = { actor: 'ci', actorKind: 'key', door: 'cli', createdAt: startedText };
    state.versions.push({ number, ...by, changes: changes.length, restoredFrom, specification });
    state.specification = specification;
  }
  return { applied: !dryRun, problems: [], changes, version: state.versions.length };
}

const empty: Specification = { sources: {}, destinations: {}, models: {}, syncs: {}, alerts: {} };

const specificationAt = ({ versions, specification }: FakeState, number: number | null) =>
  number === null ? specification : (versions[number - 1]?.specification ?? empty);

function pageOf(
  runs: Run[],
  { sync, first, after }: { sync?: string; first: number; after?: string },
) {
  const found = runs.filter((run) => !sync || run.sync === sync);
  const start = after ? found.findIndex(({ id }) => id === after) + 1 : 0;
  const nodes = found.slice(start, start + first);
  return {
    edges: nodes.map((node) => ({ cursor: node.id, node })),
    pageInfo: {
      hasNextPage: start + first < found.length,
      endCursor: nodes.at(-1)?.id ?? null,
    },
  };
}
