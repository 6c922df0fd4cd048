import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppError } from '../app-error.js';
import { readConfig, type Config } from '../config.js';
import { prepareDatabase } from '../database/prepare.js';
import { Logger } from '../logger.js';
import { openApp } from '../open-app.js';
import { makeLeave } from './leave.js';

/** Exit codes of a process that a signal ends are 128 and the signal's number. */
const signals = { SIGTERM: 15, SIGINT: 2 } as const;

/** Serves until SIGTERM or SIGINT, then leaves; a second signal ends it at once. */
export async function start(): Promise<void> {
  const config = readConfig();
  const logger = new Logger(config.logLevel);
  const applied = await prepareDatabase(config);
  if (applied.length > 0) logger.log({ count: applied.length }, 'Migrations were applied');
  const app = await openApp(config, logger);
  leaveOnSignal(app, logger);
  await listen(app, config);
  logger.log({ port: config.port }, 'The control plane listens');
}

/** A stop that was asked for is no failure: the process ends with 0, also when it had to be cut off. */
function leaveOnSignal(app: NestFastifyApplication, logger: Logger): void {
  const leave = makeLeave(app);
  let isLeaving = false;
  const stop = async (number: number): Promise<void> => {
    if (isLeaving) process.exit(128 + number);
    isLeaving = true;
    logger.log('The control plane leaves');
    const state = await leave();
    logger.log({ state }, 'The control plane has left');
    process.exit(0);
  };
  for (const [signal, number] of Object.entries(signals))
    process.on(signal, () => void stop(number).catch((error: unknown) => fail(logger, error)));
}

function fail(logger: Logger, error: unknown): void {
  logger.error({ err: error }, 'The control plane could not leave in order');
  process.exit(1);
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
