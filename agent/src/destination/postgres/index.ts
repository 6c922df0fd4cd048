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
import { openTarget } from './target.js';

/** A frozen agent must not hold back its successor: the server ends a transaction that its owner has forgotten. */
const sessionSettings = [`idle_in_transaction_session_timeout = '15s'`, `lock_timeout = '30s'`];

export default defineDestination({
  name: 'postgres',
  label: 'PostgreSQL',
  settings: postgresSettings,
  secrets: postgresSecrets,
  limits: { requestsPerSecond: 0, concurrency: 0 },
  objects: [
    {
      name: '*',
      label: 'Table',
      modes: ['upsert', 'update', 'create', 'mirror', 'append'],
      removals: ['nothing', 'delete', 'clear', 'set'],
      firstRun: 'send',
      needsKey: false,
      options: {},
    },
  ],
  advice: [
    {
      code: 'destination.unreachable',
      title: 'The destination does not answer',
      advice: 'Check host and port, and that the agent’s network may reach them.',
    },
    {
      code: 'destination.auth_failed',
      title: 'Sign-in to the destination failed',
      advice: 'Check the user, and what its secret reference points at in the agent.',
    },
    {
      code: 'destination.forbidden',
      title: 'The user may not write this',
      advice:
        'Grant USAGE on the schema, TEMPORARY on the database, and SELECT, INSERT, UPDATE and DELETE on the table.',
    },
    {
      code: 'destination.object_missing',
      title: 'The table does not exist',
      advice:
        'Create the table that `object` names, or correct the name. Write it as schema.table.',
    },
    {
      code: 'destination.field_missing',
      title: 'The table lacks a column',
      advice: 'Add the column to the table, or take the field out of the mapping.',
    },
    {
      code: 'destination.key_not_unique',
      title: 'The key is not unique',
      advice:
        'Create a unique index over exactly the columns of the sync’s key; the statement is in your bucket under the error id.',
    },
    {
      code: 'destination.rejected',
      vendorCode: '23505',
      title: 'Another row has this value',
      advice:
        'A unique column other than the key already holds the value. Find the other row, or map the key to that column.',
    },
    {
      code: 'destination.rejected',
      vendorCode: '23502',
      title: 'A value is missing',
      advice:
        'The column does not take NULL. Set nulls: default for the field, or leave such rows out of the model.',
    },
    {
      code: 'destination.rejected',
      vendorCode: '23503',
      title: 'The row it refers to is missing',
      advice:
        'A foreign key names a row that is not there yet. Sync that table first; this row is tried again in every run.',
    },
    {
      code: 'destination.rejected',
      vendorCode: '23514',
      title: 'A check refuses the row',
      advice:
        'The table’s check constraint does not hold for the row. Correct it at the source, or leave such rows out.',
    },
    {
      code: 'destination.rejected',
      vendorCode: '22P02',
      title: 'A value has the wrong form',
      advice: 'The column wants another type than the value has. Cast it in the model’s SQL.',
    },
    {
      code: 'destination.rejected',
      vendorCode: '22001',
      title: 'A text is too long',
      advice: 'Shorten it in the model’s SQL, or widen the column.',
    },
    {
      code: 'destination.busy',
      title: 'The destination is busy',
      advice:
        'Locks or resources were not to be had in time. The rows are sent again in the next run.',
    },
    {
      code: 'destination.no_answer',
      title: 'The connection broke after sending',
      advice: 'Rows that are safe to send twice are sent again by themselves.',
    },
  ],
  open: ({ settings, secrets }) => {
    const address: PostgresAddress = { ...settings, password: secrets.password };
    const connect = (name: string): Promise<pg.Client> =>
      connectPostgres(address, { side: 'destination', name, settings: sessionSettings });
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
      open: (request) =>
        openTarget(request, {
          connect: () => connect(`drawbridge ${request.tag.runId}`),
          cancel: (client) => cancelStatement(address, client, 'destination'),
        }),
      close: async () => undefined,
    };
  },
});
