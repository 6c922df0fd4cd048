import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';

/** Whose work is under way. Prisma has no way to hand that down to the connection that it gets. */
const workspaces = new AsyncLocalStorage<string>();

/** Everything that is asked of a tenant's pool meanwhile sees this workspace, an id that is a uuid. */
export const forWorkspace = <T>(workspaceId: string, act: () => T): T =>
  workspaces.run(workspaceId, act);

/**
 * Makes each transaction of a pool one workspace's. Its name goes to the server together with BEGIN and holds until the end
 * of the transaction, so a pooler may lend the connection to somebody else then. Work that nobody named a workspace for
 * sees no row. Nothing but transactions is asked of such a pool.
 */
export function bindToWorkspace(pool: pg.Pool): void {
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  pool.connect = async () => namedWithFirst(await connect());
}

/** The first thing said on a connection that is lent for a transaction is BEGIN; the workspace goes along with it. */
function namedWithFirst(client: pg.PoolClient): pg.PoolClient {
  const naming = `set local drawbridge.workspace = '${workspaces.getStore() ?? ''}'`;
  const query = client.query.bind(client) as (config: object) => unknown;
  client.query = ((config: { text: string }) => {
    Reflect.deleteProperty(client, 'query');
    return query({ ...config, text: `${config.text}; ${naming}` });
  }) as typeof client.query;
  return client;
}
