import type { FastifyInstance } from 'fastify';
import type { DatabaseClient } from '../database/database.js';
import type { DatabaseStanding, Standing } from '../database/standing.js';
import type { Drain } from '../drain.js';
import { metricsText } from './metrics.js';

/** What the probes ask. */
export interface Probed {
  /** For figures over all workspaces. */
  database: DatabaseClient;
  standing: DatabaseStanding;
  drain: Drain;
}

/** For whoever watches over the process: alive, ready, and figures without a name of anything. */
export function addProbes(server: FastifyInstance, { database, standing, drain }: Probed): void {
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const status = drain.signal.aborted ? 'draining' : shownStanding[await standing.now()];
    return reply.status(ready.has(status) ? 200 : 503).send({ status });
  });
  server.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metricsText(database, standing);
    return reply.header('content-type', contentType).send(text);
  });
}

const shownStanding: Readonly<Record<Standing, string>> = {
  ok: 'ok',
  unreachable: 'database.unreachable',
  old_schema: 'database.old_schema',
  opening: 'database.line_opening',
  deaf: 'ok, but notices do not come: everything waits for the next poll',
};

/** Without notices a replica is slower, and works; were it not ready, all of them would stand still at once. */
const ready: ReadonlySet<string> = new Set([shownStanding.ok, shownStanding.deaf]);
