import { STATUS_CODES } from 'node:http';
import { Logger } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { RunsRefused } from '../job/start-runs.js';
import { BadRequest, type Misfit } from './check.js';

/** RFC 9457, July 2023: what is answered where something is wrong. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  advice: string;
  errors?: readonly Misfit[];
}

const logger = new Logger('REST');
const readAgain = 'Read the OpenAPI document at /api/v1/openapi.json and correct the request.';
const readOptions =
  'Change the options of the run as the detail says; a retry alone changes nothing.';

/** By code: the status that it is answered with, and what the caller can do next. */
const known: Readonly<Record<string, readonly [status: number, advice: string]>> = {
  'auth.required': [401, 'Make a key with "drawbridge keys create" and send it as a Bearer token.'],
  'auth.bad_key': [401, 'Make a new key with "drawbridge keys create" and replace this one.'],
  'auth.forbidden': [403, 'Use a key of a role that may do this: operator or above to start runs.'],
  'sync.not_found': [404, 'Look the name up with "drawbridge export" or in the UI.'],
  'run.not_found': [404, 'Ask by an id that starting a run answered with, in its own workspace.'],
  'rest.not_found': [404, readAgain],
  'run.already_live': [409, 'Wait for that run, or send "ifLive": "join" to be answered with it.'],
  'run.some_refused': [
    409,
    'Correct or leave out what "errors" names; "ifLive": "join" takes live runs.',
  ],
  'rest.key_reused': [422, 'Use a new Idempotency-Key for every new wish, such as a UUID.'],
  'rest.bad_key': [400, 'Send 1 to 255 printable ASCII characters as Idempotency-Key.'],
  'rest.bad_request': [400, readAgain],
  'text.holds_nul': [400, readAgain],
  'rest.bad_body': [400, 'Send a JSON object with content-type: application/json.'],
  'rest.too_large': [413, 'Start fewer runs with one request.'],
  'rest.not_json': [415, 'Send a JSON object with content-type: application/json.'],
  'rest.too_many': [429, 'Wait as long as Retry-After says. Ask with "wait" instead of often.'],
  'rest.too_many_waits': [429, 'Wait for fewer runs at once, or ask without "wait".'],
  'destination.paused': [409, 'Resume the destination, then start the run.'],
  'pool.not_found': [409, 'Start an agent in the pool that the sync’s source names.'],
  'internal.unexpected': [
    500,
    'Try again, with the same Idempotency-Key; our log has the details.',
  ],
};

/** What went wrong, as it is shown. A bug is logged here and shown as one. */
export function problemOf(error: unknown): Problem {
  const thrown = error instanceof AppError ? error : (ofServer(error) ?? unexpected(error));
  const { code, message: detail } = thrown;
  const [status, advice] = known[code] ?? [422, readOptions];
  const errors = errorsOf(thrown);
  return {
    type: `urn:drawbridge:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Problem',
    status,
    detail,
    code,
    advice,
    ...(errors && { errors }),
  };
}

function errorsOf(error: AppError): readonly Misfit[] | undefined {
  if (error instanceof BadRequest) return error.misfits;
  if (!(error instanceof RunsRefused)) return undefined;
  return error.refusals.map(({ place, error: { code, message: detail } }) => ({
    pointer: `#/runs/${place}`,
    code,
    detail,
  }));
}

/** What the server itself says of a body that it did not read. */
function ofServer(error: unknown): AppError | undefined {
  const { statusCode, message = '' } = (error ?? {}) as { statusCode?: unknown; message?: string };
  const code = { 400: 'rest.bad_body', 413: 'rest.too_large', 415: 'rest.not_json' }[
    Number(statusCode)
  ];
  return code === undefined ? undefined : new AppError(code, message, { cause: error });
}

function unexpected(error: unknown): AppError {
  logger.error({ err: error }, 'A request failed');
  return new AppError('internal.unexpected', 'Something went wrong on our side.');
}
