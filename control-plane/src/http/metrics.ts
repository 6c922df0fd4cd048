import { collectDefaultMetrics, Gauge } from 'prom-client';
import type { DatabaseClient } from '../database/database.js';
import type { DatabaseStanding } from '../database/standing.js';
import { registry } from '../registry.js';

collectDefaultMetrics({ register: registry });
const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
  new Gauge({ name, help, labelNames, registers: [registry] });

const up = gauge(
  'drawbridge_database_up',
  'Whether the database answers; without it some are old.',
);
const hears = gauge('drawbridge_notices_heard', 'Whether notices of other replicas come.');
const jobs = gauge('drawbridge_jobs', 'Jobs that are not over, by state.', ['state']);
const runs = gauge('drawbridge_runs', 'Runs that are not over, by state.', ['state']);
const oldest = gauge('drawbridge_oldest_queued_job_seconds', 'How long the oldest job has waited.');
const agents = gauge('drawbridge_agents_connected', 'Agents with a live session.');
const depth = gauge('drawbridge_queue_jobs', 'Jobs that wait, by the id of their pool.', ['pool']);
const age = gauge('drawbridge_queue_oldest_seconds', 'How long the first of them waits.', ['pool']);

/** The deepest queues; more lines than that nobody looks at, and each costs whoever stores them. */
const mostPools = 200;

/** Counted in the database when somebody asks, so that every replica says the same of what they share. */
export async function metricsText(
  database: DatabaseClient,
  standing: DatabaseStanding,
): Promise<{ contentType: string; text: string }> {
  const now = await standing.now();
  up.set(now === 'unreachable' ? 0 : 1);
  hears.set(now === 'ok' ? 1 : 0);
  if (now !== 'unreachable') await count(database).catch(() => up.set(0));
  return { contentType: registry.contentType, text: await registry.metrics() };
}

async function count(database: DatabaseClient): Promise<void> {
  show(
    jobs,
    ['queued', 'leased', 'parked'],
    await database.$queryRaw<Counted[]>`
      select state, count(*)::int as count from "Job" where state <> 'finished' group by state`,
  );
  show(
    runs,
    ['queued', 'leased', 'running', 'waiting_approval', 'parked'],
    await database.$queryRaw<Counted[]>`
      select state, count(*)::int as count from "Run" where "liveSyncId" is not null group by state`,
  );
  agents.set(await database.agent.count({ where: { sessionId: { not: null }, revokedAt: null } }));
  showQueues(await queuesIn(database));
}

interface Counted {
  state: string;
  count: number;
}

/** States that nothing is in are shown as 0, so that a graph does not lose its line. */
function show(shown: Gauge, states: readonly string[], counted: readonly Counted[]): void {
  for (const state of states)
    shown.set({ state }, counted.find((row) => row.state === state)?.count ?? 0);
}

interface Queue {
  pool: string;
  jobs: number;
  seconds: number;
}

/** Jobs whose time has come, by pool. */
function queuesIn(database: DatabaseClient): Promise<Queue[]> {
  return database.$queryRaw<Queue[]>`
    select "poolId" as pool, count(*)::int as jobs,
      extract(epoch from now() - min("runAfter"))::float8 as seconds
    from "Job" where state = 'queued' and "runAfter" <= now()
    group by "poolId" order by jobs desc, pool limit ${mostPools}`;
}

/** A pool without a queue has no line: there may be many thousands of them. */
function showQueues(queues: readonly Queue[]): void {
  depth.reset();
  age.reset();
  for (const { pool, jobs: waiting, seconds } of queues) {
    depth.set({ pool }, waiting);
    age.set({ pool }, seconds);
  }
  oldest.set(Math.max(0, ...queues.map(({ seconds }) => seconds)));
}
