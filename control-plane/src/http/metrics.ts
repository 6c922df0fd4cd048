import { collectDefaultMetrics, Gauge } from 'prom-client';
import type { Database } from '../database/database.js';
import { registry } from '../registry.js';

collectDefaultMetrics({ register: registry });
const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
  new Gauge({ name, help, labelNames, registers: [registry] });

const jobs = gauge('drawbridge_jobs', 'Jobs that are not over, by state.', ['state']);
const runs = gauge('drawbridge_runs', 'Runs that are not over, by state.', ['state']);
const oldest = gauge('drawbridge_oldest_queued_job_seconds', 'How long the oldest job has waited.');
const agents = gauge('drawbridge_agents_connected', 'Agents with a live session.');

/** Counted when somebody asks, so that every replica says the same. */
export async function metricsText(
  database: Database,
): Promise<{ contentType: string; text: string }> {
  show(
    jobs,
    ['queued', 'leased', 'parked'],
    await database.$queryRaw<Counted[]>`
      select state, count(*)::int as count from "Job" where state <> 'finished' group by state`,
  );
  show(
    runs,
    ['queued', 'leased', 'running', 'waiting_approval'],
    await database.$queryRaw<Counted[]>`
      select state, count(*)::int as count from "Run" where "liveSyncId" is not null group by state`,
  );
  const [waiting] = await database.$queryRaw<{ seconds: number }[]>`
    select coalesce(extract(epoch from now() - min("runAfter")), 0)::float8 as seconds
    from "Job" where state = 'queued' and "runAfter" <= now()`;
  oldest.set(waiting?.seconds ?? 0);
  agents.set(await database.agent.count({ where: { sessionId: { not: null }, revokedAt: null } }));
  return { contentType: registry.contentType, text: await registry.metrics() };
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
