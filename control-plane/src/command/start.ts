import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppError } from '../app-error.js';
import { readConfig, type Config } from '../config.js';
import { migrate } from '../database/migrate.js';
import { Logger } from '../logger.js';
import { openApp } from '../open-app.js';

/** Serves until SIGTERM or SIGINT. */
export async function start(): Promise<void> {
  const config = readConfig();
  const logger = new Logger(config.logLevel);
  const applied = await migrate(config.directDatabaseUrl);
  if (applied.length > 0) logger.log({ count: applied.length }, 'Migrations were applied');
  const app = await openApp(config, logger);
  await listen(app, config);
  logger.log({ port: config.port }, 'The control plane listens');
}

/** When there is no port to listen on, its loops are ended, or the process would go on without a door. */
export async function listen(app: NestFastifyApplication, config: Config): Promise<void> {
  try {
    await app.listen(config.port, config.host);
  } catch (error) {
    await app.close();
    throw portFailure(error, config);
  }
}

function portFailure(error: unknown, { host, port }: Config): unknown {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE')
    return new AppError(
      'http.port_taken',
      `Something else listens on port ${port}. Stop it, or choose another port with PORT.`,
    );
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return new AppError(
      'http.can_not_listen',
      `This process may not listen on ${host}:${port}. Change HOST or PORT.`,
    );
  return error;
}
