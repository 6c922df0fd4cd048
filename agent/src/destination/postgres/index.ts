import type pg from 'pg';
import { defineDestination } from '../../connector/destination.js';
import {
  cancelStatement,
  connectPostgres,
  postgresFailure,
  postgresSecrets,
  postgresSettings,
} from '../../connector/postgres-wire.js';
import type { PostgresAddress } from '../../connector/postgres-wire.js';
import { advice } from './advice.js';
import { openTableFinder } from './finder.js';
import type { Database } from './line.js';
import { listBy } from './listing.js';
import { tableOptions } from './table-options.js';
import { opening } from './opening.js';
import { openTarget } from './target.js';

/** A frozen agent must not hold back its successor: the server ends a transaction that its owner has forgotten. */
const sessionSettings = [`idle_in_transaction_session_timeout = '15s'`, `lock_timeout = '30s'`];

export default defineDestination({
  name: 'postgres',
  label: 'PostgreSQL',
  client: 'pg',
  settings: postgresSettings,
  secrets: postgresSecrets,
  place: ['host', 'port', 'database'],
  limits: { requestsPerSecond: 0, concurrency: 0 },
  objects: [
    {
      name: '*',
      label: 'Table',
      modes: ['upsert', 'update', 'create', 'mirror', 'append', 'replace'],
      removals: ['nothing', 'delete', 'archive', 'clear', 'set'],
      firstRun: 'send',
      needsKey: false,
      options: tableOptions,
    },
  ],
  lookups: 'create',
  advice,
  pastProxy: true,
  hosts: ({ host, port }) => [{ host, port }],
  open: ({ settings, secrets }) => {
    const address: PostgresAddress = { ...settings, password: secrets.password };
    const connect = (name: string): Promise<pg.Client> =>
      connectPostgres(address, { side: 'destination', name, settings: sessionSettings });
    const databaseOf = ({ runId }: { runId: string }): Database => ({
      connect: () => connect(`drawbridge ${runId}`),
      cancel: (client) => cancelStatement(address, client, 'destination'),
    });
    return {
      check: async () => {
        const client = await connect('drawbridge check');
        try {
          await client.query('create temp table drawbridge_check (n int) on commit drop');
        } catch (error) {
          throw postgresFailure(error, 'destination', 'unreachable');
        } finally {
          await client.end().catch(() => undefined);
        }
      },
      open: (request, signal) =>
        opening(databaseOf(request.tag), signal, (database) => openTarget(request, database)),
      openFinder: (request, signal) =>
        opening(databaseOf(request.tag), signal, (database) => openTableFinder(request, database)),
      list: listBy(() => connect('drawbridge discover')),
      close: async () => undefined,
    };
  },
});
