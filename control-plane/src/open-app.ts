import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { AuthService } from './auth/auth.service.js';
import { SignIn } from './auth/sign-in.js';
import { Clock } from './clock.js';
import type { Config } from './config.js';
import { Database } from './database/database.js';
import { DatabaseStanding } from './database/standing.js';
import { Drain } from './drain.js';
import { addAuthRoute } from './http/auth-route.js';
import { addProbes } from './http/probes.js';
import { addSecurityHeaders } from './http/security-headers.js';
import { addWeb } from './http/web.js';
import { addRest } from './rest/add-rest.js';
import { auditEndpoint } from './rest/audit-endpoint.js';
import { RestRunService } from './rest/rest-run.service.js';
import { runEndpoints } from './rest/run-endpoints.js';
import { openTraces } from './open-traces.js';
import { TrailService } from './trail/trail.service.js';

/** A workspace's whole configuration comes in one request. */
const maxBodyBytes = 8 * 1024 * 1024;

/** The whole control plane, before it listens. The database must have been migrated. */
export async function openApp(
  config: Config,
  logger: LoggerService | false,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    forceCloseConnections: true,
    trustProxy: config.trustedProxies.length > 0 && [...config.trustedProxies],
    routerOptions: { maxParamLength: 500 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config), adapter, {
    logger,
    abortOnError: false,
  });
  const server: FastifyInstance = adapter.getInstance();
  server.addHook('onClose', await openTraces(config));
  addSecurityHeaders(server, config.publicUrl);
  addProbes(server, {
    database: app.get(Database).system,
    standing: app.get(DatabaseStanding),
    drain: app.get(Drain),
  });
  addAuthRoute(server, app.get(SignIn, { strict: false }), config.publicUrl);
  addRest(server, {
    endpoints: [
      ...runEndpoints(app.get(RestRunService, { strict: false })),
      auditEndpoint(app.get(TrailService, { strict: false })),
    ],
    auth: app.get(AuthService, { strict: false }),
    drain: app.get(Drain),
    clock: app.get(Clock),
    publicUrl: config.publicUrl,
  });
  await addWeb(server);
  return app;
}
