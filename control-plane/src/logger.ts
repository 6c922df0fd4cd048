import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger as Pino } from 'pino';
import type { LogLevel } from './config.js';

/** What a line may hold beside its text. Everything else is left out, so that nothing gets into a log by accident. */
const allowedKeys = new Set([
  'agentId',
  'code',
  'count',
  'durationMs',
  'jobId',
  'kind',
  'port',
  'reason',
  'runId',
  'sessionId',
  'state',
  'status',
  'syncId',
  'workspaceId',
]);

/** Nest's logger, as one JSON object a line: a fixed text, a room, and allowed keys. */
export class Logger implements LoggerService {
  private readonly pino: Pino;

  constructor(level: LogLevel, destination?: DestinationStream) {
    const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
    this.pino = destination ? pino(options, destination) : pino(options);
  }

  log = (...said: unknown[]): void => this.write('info', said);
  warn = (...said: unknown[]): void => this.write('warn', said);
  error = (...said: unknown[]): void => this.write('error', said);
  fatal = (...said: unknown[]): void => this.write('fatal', said);
  debug = (...said: unknown[]): void => this.write('debug', said);
  verbose = (...said: unknown[]): void => this.write('trace', said);

  /** Nest says a text or an object with texts after it; the room comes last. */
  private write(level: LogLevel, said: unknown[]): void {
    const texts = said.filter((part) => typeof part === 'string');
    const room = texts.length > 1 ? texts.at(-1) : undefined;
    const fields = Object.assign({}, ...said.map(fieldsOf)) as Record<string, unknown>;
    this.pino[level]({ ...(room ? { room } : {}), ...fields }, String(texts[0] ?? ''));
  }
}

function fieldsOf(part: unknown): Record<string, unknown> {
  if (part instanceof Error) return { error: shownError(part) };
  if (typeof part !== 'object' || part === null) return {};
  const { err, ...rest } = part as Record<string, unknown>;
  const allowed = Object.entries(rest).filter(([key]) => allowedKeys.has(key));
  return { ...Object.fromEntries(allowed), ...(err ? { error: shownError(err) } : {}) };
}

/** Which error, and where; never its message, which may quote what a person wrote or a database said. */
function shownError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const { code } = error as { code?: unknown };
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    at: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 12),
  };
}
