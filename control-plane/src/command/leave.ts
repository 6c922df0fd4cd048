import type { Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Drain } from '../drain.js';
import { Dispatcher } from '../gateway/dispatcher.js';
import { OpenRequests } from '../http/open-requests.js';

/** Agents and subscribers come back elsewhere over so long, and not all at once. */
const longestSpreadMs = 5_000;

/**
 * Goes away without failing anything: nothing more is claimed → agents and subscribers are told, one by one, to connect
 * again; others who ask still get an answer, and hear from /readyz to ask elsewhere → no new connection is taken, and what
 * is owed is answered → everything is closed. Cut off after the time that is configured.
 */
export function makeLeave(app: NestFastifyApplication): () => Promise<'left' | 'cut off'> {
  const [config, clock, drain] = [app.get(Config), app.get(Clock), app.get(Drain)];
  const requests = new OpenRequests(app.getHttpServer() as Server, drain.signal);
  const leave = async (): Promise<'left'> => {
    // What was claimed must be offered before its agent goes, or it would wait until the lease runs out.
    await app.get(Dispatcher, { strict: false }).rest();
    await drain.tellAll(Math.min(longestSpreadMs, config.drainMs / 3));
    await requests.end();
    await app.close();
    return 'left';
  };
  return () => {
    drain.begin();
    return Promise.race([leave(), clock.sleep(config.drainMs).then(() => 'cut off' as const)]);
  };
}
