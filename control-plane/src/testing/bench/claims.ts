import { Config } from '../../config.js';
import { Database } from '../../database/database.js';
import type { Notices } from '../../database/notices.js';
import { JobService } from '../../job/job.service.js';
import { queueRuns } from '../../job/queue-runs.js';
import { atOnce, batch, perSecond, queuedAtOnce } from './claiming.js';
import { claimByGraphileWorker } from './graphile-worker.js';
import { claimByPgBoss } from './pg-boss.js';
import { testSecret } from '../test-secret.js';
import type { Site } from './site.js';

const rounds = 3;
/** Jobs a second. */
export interface Claims {
  ours: number;
  graphileWorker: number;
  pgBoss: number;
}

/** In turn, and the median of each: what disturbs the machine for a while disturbs all three. */
export async function claimsBeside(site: Site, tell: (line: string) => void): Promise<Claims> {
  const { size, databaseUrl, sql } = site;
  const each: Claims[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const ours = await claimOurs(site);
    await sql.query('vacuum analyze');
    const graphileWorker = await claimByGraphileWorker(databaseUrl, size.syncs);
    const pgBoss = await claimByPgBoss(databaseUrl, size.syncs);
    each.push({ ours, graphileWorker, pgBoss });
    tell(
      `Round ${round}: ours ${ours}, graphile-worker ${graphileWorker}, pg-boss ${pgBoss} a second`,
    );
  }
  const median = (of: (one: Claims) => number): number =>
    each.map(of).toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? NaN;
  return {
    ours: median(({ ours }) => ours),
    graphileWorker: median(({ graphileWorker }) => graphileWorker),
    pgBoss: median(({ pgBoss }) => pgBoss),
  };
}

/** As the dispatcher claims, with the runs moved and the specifications read. */
async function claimOurs({ databaseUrl, size, sql }: Site): Promise<number> {
  await sql.query('delete from "Run"');
  await sql.query('vacuum analyze');
  const config = new Config({ databaseUrl, secret: testSecret });
  const database = new Database(config);
  const silent = { publish: async () => undefined } as unknown as Notices;
  const jobs = new JobService(database, silent, config);
  try {
    await queueAll(database, sql);
    const { rows: pools } = await sql.query<{ id: string; agents: string[] }>(
      `select "poolId" as id, (array_agg(id order by id))[1:${batch}] as agents from "Agent" group by "poolId"`,
    );
    const beganMs = performance.now();
    const open = pools.map((pool) => ({ ...pool, agents: tenOf(pool.agents) }));
    let claimed = 0;
    const claimer = async (): Promise<void> => {
      for (let pool = open.shift(); pool; pool = open.shift()) {
        const leased = await jobs.claim(pool.id, pool.agents);
        claimed += leased.length;
        if (leased.length === batch) open.push(pool);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, claimer));
    const speed = perSecond(claimed, beganMs);
    if (claimed !== size.syncs) throw new Error(`${claimed} of ${size.syncs} jobs were claimed.`);
    return speed;
  } finally {
    await database.onApplicationShutdown();
  }
}

const tenOf = (agents: string[]): string[] =>
  Array.from({ length: batch }, (_, n) => agents[n % agents.length] ?? '');

async function queueAll(database: Database, sql: Site['sql']): Promise<void> {
  const { rows } = await sql.query<{ syncId: string; poolId: string }>(
    `select sync.id as "syncId", pool.id as "poolId" from "Sync" as sync
     join "Pool" as pool on pool."workspaceId" = sync."workspaceId" order by random()`,
  );
  const slot = new Date();
  for (let at = 0; at < rows.length; at += queuedAtOnce)
    await database.system.$transaction((tx) =>
      queueRuns(
        tx,
        rows.slice(at, at + queuedAtOnce).map((run) => ({ ...run, slot, headStartMs: 0 })),
      ),
    );
}
