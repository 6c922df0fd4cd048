import { defineDestination } from '../../connector/destination.js';
import type { Listed } from '../../connector/listing.js';
import { Failure } from '../../failure.js';
import { advice } from './advice.js';
import { Cluster } from './cluster.js';
import { addressesOf, commonOptions, secrets, sentinelOptions, settings } from './connection.js';
import type { Secrets, Settings } from './connection.js';
import { assertDocuments } from './document.js';
import { objects } from './objects.js';
import { OneServer } from './server.js';
import type { Server } from './server.js';
import { RedisTarget } from './target.js';

export default defineDestination({
  name: 'redis',
  label: 'Redis',
  client: 'ioredis',
  settings,
  secrets,
  place: ['host', 'port', 'database', 'masterName'],
  limits: { requestsPerSecond: 0, concurrency: 0 },
  objects,
  advice,
  pastProxy: true,
  hosts: addressesOf,
  open: (connection) => {
    const server = (): Server => serverOf(connection.settings, connection.secrets);
    return {
      check: async () => {
        const asked = server();
        await asked.check().finally(() => asked.close());
      },
      open: async (request) => {
        const asked = server();
        try {
          return await RedisTarget.open(request, asked);
        } catch (error) {
          await asked.close();
          throw error;
        }
      },
      list: async (path) => {
        const asked = server();
        return listed(path, asked).finally(() => asked.close());
      },
      close: async () => undefined,
    };
  },
});

function serverOf(given: Settings, known: Secrets): Server {
  const { host, port, database = 0 } = given;
  if (given.topology === 'sentinel') return new OneServer(sentinelOptions(given, known));
  if (given.topology === 'cluster')
    return new Cluster(addressesOf(given), commonOptions(given, known));
  return new OneServer({ ...commonOptions(given, known), host, port, db: database });
}

/** Names of keys are data of rows, so only what can be written is listed. */
async function listed(path: readonly string[], server: Server): Promise<Listed[]> {
  const hasDocuments = await assertDocuments(server).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Failure && error.code === 'destination.json_missing') return false;
      throw error;
    },
  );
  const there = objects.filter(({ name }) => name !== 'document' || hasDocuments);
  if (path.length === 0)
    return there
      .map(({ name, label }): Listed => ({ name, label, kind: 'object' }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (path.length === 1 && there.some(({ name }) => name === path[0])) return [];
  throw new Failure('CONFIG', 'listing.missing', 'Redis has no object of that name.');
}
