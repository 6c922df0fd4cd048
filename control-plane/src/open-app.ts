import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { SignIn } from './auth/sign-in.js';
import type { Config } from './config.js';
import { Database } from './database/database.js';
import { DatabaseStanding } from './database/standing.js';
import { Drain } from './drain.js';
import { addAuthRoute } from './http/auth-route.js';
import { addProbes } from './http/probes.js';
import { addSecurityHeaders } from './http/security-headers.js';
import { addWeb } from './http/web.js';

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
  addSecurityHeaders(server, config.publicUrl);
  addProbes(server, {
    database: app.get(Database),
    standing: app.get(DatabaseStanding),
    drain: app.get(Drain),
  });
  addAuthRoute(server, app.get(SignIn, { strict: false }), config.publicUrl);
  await addWeb(server);
  return app;
}
