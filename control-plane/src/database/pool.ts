import pg from 'pg';
import { Gauge } from 'prom-client';
import type { Config } from '../config.js';
import { registry } from '../registry.js';
import { isPooled, limitsOf, urlOfRole, type DatabaseRole } from './role.js';

/** To reach the server, and to get one of the connections when all are lent. */
const connectMs = 10_000;
/** A connection that nobody needs is given back to the server. */
const idleMs = 30_000;

const pools = new Set<pg.Pool>();

const connections = new Gauge({
  name: 'drawbridge_database_connections',
  help: 'Connections of this process to the database, and requests that wait for one.',
  labelNames: ['state'],
  registers: [],
  collect() {
    const all = [...pools];
    const sum = (of: (pool: pg.Pool) => number): number =>
      all.reduce((total, pool) => total + of(pool), 0);
    this.set(
      { state: 'idle' },
      sum(({ idleCount }) => idleCount),
    );
    this.set(
      { state: 'busy' },
      sum(({ totalCount, idleCount }) => totalCount - idleCount),
    );
    this.set(
      { state: 'waiting' },
      sum(({ waitingCount }) => waitingCount),
    );
  },
});
registry.registerMetric(connections);

/** Connections to lend as one of the two roles, which have half of them each. Whoever opens it ends it. */
export function openPool(config: Config, role: DatabaseRole): pg.Pool {
  const half = config.databaseConnections / 2;
  const pool = new pg.Pool({
    connectionString: urlOfRole(config, role),
    max: role === 'system' ? Math.ceil(half) : Math.floor(half),
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: idleMs,
    keepAlive: true,
    application_name: 'drawbridge',
    ...(isPooled(config) ? {} : limitsOf(config)),
  });
  pools.add(pool);
  const end = pool.end.bind(pool) as () => Promise<void>;
  pool.end = (): Promise<void> => {
    pools.delete(pool);
    return end();
  };
  return pool;
}
