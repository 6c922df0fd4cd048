import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.js';
import type { Drain } from '../drain.js';
import { metricsText } from './metrics.js';

/** For whoever watches over the process: alive, ready, and figures without a name of anything. */
export function addProbes(server: FastifyInstance, database: Database, drain: Drain): void {
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    if (drain.signal.aborted) return reply.status(503).send({ status: 'draining' });
    try {
      await database.$queryRaw`select 1`;
      return { status: 'ok' };
    } catch {
      return reply.status(503).send({ status: 'database.unreachable' });
    }
  });
  server.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metricsText(database);
    return reply.header('content-type', contentType).send(text);
  });
}
