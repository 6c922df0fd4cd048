import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { AppError } from '../app-error.js';

const logger = new Logger('GraphQL');

/**
 * What was thrown on purpose is an answer: GraphQL gets it as it is, and no log counts it as a fault of ours. What broke is
 * ours alone to read. Said here, because what a subscription begins with goes to the subscriber as it was thrown.
 */
@Catch()
export class AppErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): AppError {
    if (error instanceof AppError) return error;
    if (host.getType<string>() === 'graphql') return unexpected(error);
    throw error;
  }
}

/** What is shown of a fault of ours; the fault itself goes to the log. */
export function unexpected(error: unknown): AppError {
  logger.error({ err: error }, 'A request failed');
  return new AppError(
    'internal.unexpected',
    'Something went wrong on our side. Try again; our log has the details.',
  );
}
