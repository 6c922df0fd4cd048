import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBucket } from '../bucket/bucket.js';
import { freePort } from '../free-port.js';
import { askGraphql } from '../graphql.js';
import { openPostgres } from '../postgres.js';
import { makeDatabase } from '../testing/database.js';
import { Agents } from './agents.js';
import { configurationOf } from './configuration.js';
import { Ends } from './ends.js';
import { Front } from './front.js';
import { Load } from './load.js';
import { loggedErrors } from './logged-errors.js';
import { Replicas } from './replicas.js';
import { agentCount, replicaCount, rollOut, type Phase } from './rollout.js';
import { Tables } from './tables.js';
import type { Version } from './version.js';

export interface Plan {
  from: Version;
  to: Version;
  /** Folder for everything that is made; it may hold what another one left. */
  home: string;
  /** How many at least, over all phases. */
  runs: number;
  tell: (line: string) => void;
}

export interface Outcome {
  from: string;
  to: string;
  runs: number;
  succeeded: number;
  failed: number;
  /** Changes that the destination saw once too often. */
  doubled: number;
  /** Changes that it never saw, and rows that differ in the end. */
  lost: number;
  /** Leases that ran out, though everybody left in order. */
  lapses: number;
  requests: number;
  phases: Record<string, Phase>;
  /** What must not be, in words; empty when all is well. */
  faults: string[];
}

const phaseCount = 10;

/** Everything that two versions need to work together, with the old one at work. */
export async function openSite(plan: Plan) {
  await using open = new AsyncDisposableStack();
  const log = join(plan.home, 'log');
  await mkdir(log, { recursive: true });
  const postgres = await openPostgres({
    directory: join(plan.home, 'postgres'),
    port: await freePort(),
    settings: { max_connections: '300', fsync: 'off' },
  });
  open.defer(() => postgres.close());
  const makeUrl = async (): Promise<string> => (await makeDatabase(postgres.url())).url;
  const [databaseUrl, sourceUrl, targetUrl] = [await makeUrl(), await makeUrl(), await makeUrl()];
  const bucket = await openBucket({
    directory: join(plan.home, 'bucket'),
    port: await freePort(),
    accessKeyId: 'test',
    secretAccessKey: 'test-secret',
  });
  open.defer(() => bucket.close());
  const tables = open.adopt(await Tables.open(sourceUrl, targetUrl), (one) => one.close());
  const front = open.adopt(await Front.open(), (one) => one.close());
  const replicas = open.adopt(new Replicas(databaseUrl, log, front), (one) => one.close());
  const { password } = new URL(sourceUrl);
  const agents = open.adopt(new Agents({ folder: log, front, bucket, password }), (one) =>
    one.close(),
  );

  plan.tell(`starting ${plan.from.name}`);
  const { apiKey } = await replicas.setUp(plan.from);
  for (let n = 0; n < replicaCount; n += 1) await replicas.add(plan.from);
  const ends = open.adopt(await Ends.watch(databaseUrl), (one) => one.close());
  const to = { url: front.url, apiKey };
  await agents.enrol(plan.from, await tokensOf(to));
  await configure(to, configurationOf(sourceUrl, targetUrl));
  const load = open.adopt(new Load(tables, to), (one) => one.stop());
  const parts = { tables, ends, load, agents, replicas };
  const all = open.move();
  return {
    upgradeAndBack: () => upgradeAndBack(plan, parts),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

interface Parts {
  tables: Tables;
  ends: Ends;
  load: Load;
  agents: Agents;
  replicas: Replicas;
}

async function upgradeAndBack(plan: Plan, parts: Parts): Promise<Outcome> {
  const { tables, ends, load } = parts;
  load.start();
  const runsEach = Math.ceil(plan.runs / phaseCount);
  const phases = await rollOut({ ...plan, ...parts, runsEach });
  await load.stop();
  const { runs, open, endedTwice, lapses } = await ends.standing();
  const { doubled, lost, differing } = await tables.compare();
  const succeeded = load.ended.filter(({ state }) => state === 'succeeded').length;
  const failures = load.ended.filter(({ state }) => state !== 'succeeded');
  const faults = [
    ...counted(failures.map(({ sync, state, code }) => `run of ${sync}: ${state} ${code}`)),
    ...counted(load.refused.map((text) => `request without an answer: ${text}`)),
    ...counted((await loggedErrors(join(plan.home, 'log'))).map((text) => `logged: ${text}`)),
    ...said(open, 'runs never ended'),
    ...said(endedTwice, 'runs ended twice'),
    ...said(load.ended.length - runs, 'runs are not in the database'),
    ...said(doubled, 'changes were written more than once'),
    ...said(lost, 'changes were never written'),
    ...said(differing, 'rows are at the source or at the destination only'),
    ...said(lapses, 'runs lost a lease'),
  ];
  const names = { from: plan.from.name, to: plan.to.name };
  const counts = {
    runs: load.ended.length,
    succeeded,
    failed: failures.length,
    doubled,
    lost: lost + differing,
  };
  return { ...names, ...counts, lapses, requests: load.asked, phases, faults };
}

/** Each text once, with how often it was said. */
function counted(texts: readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const text of texts) {
    const alike = text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '…');
    times.set(alike, (times.get(alike) ?? 0) + 1);
  }
  return [...times].map(([text, count]) => `${count} × ${text}`);
}

const said = (count: number, what: string): string[] => (count === 0 ? [] : [`${count} ${what}`]);

async function tokensOf(to: { url: string; apiKey: string }): Promise<string[]> {
  const query =
    'mutation ($input: CreateEnrollmentTokenInput!) { createEnrollmentToken(input: $input) { token } }';
  const tokens = [];
  for (let n = 0; n < agentCount; n += 1) {
    const answer = await askGraphql<{ createEnrollmentToken: { token: string } }>(to, query, {
      input: { pool: 'default' },
    });
    tokens.push(answer.createEnrollmentToken.token);
  }
  return tokens;
}

async function configure(to: { url: string; apiKey: string }, text: string): Promise<void> {
  const query = `mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied problems { message } } }`;
  const { applyConfiguration } = await askGraphql<{
    applyConfiguration: { applied: boolean; problems: unknown };
  }>(to, query, { input: { files: [{ path: 'upgrade.yaml', text }] } });
  if (!applyConfiguration.applied)
    throw new Error(`Not applied: ${JSON.stringify(applyConfiguration.problems)}`);
}
