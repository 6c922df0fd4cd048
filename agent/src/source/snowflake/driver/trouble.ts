import { MalformedRows } from './decode.js';
import type { Trouble } from './protocol.js';

/** A refusal in the body of an answer: `{ success: false, code, message, data: { sqlState } }`. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly sqlState: string,
  ) {
    super(message);
  }
}

/** Nobody answered, or something between did. */
export class NoAnswer extends Error {
  constructor(
    message: string,
    readonly code = '',
  ) {
    super(message);
  }
}

interface DriverError extends Error {
  code?: unknown;
  sqlState?: string;
  response?: { status?: number };
}

/** The driver's words for a line that does not hold, or at whose end somebody else answers. */
const lineNames = ['NetworkError', 'RequestFailedError', 'UnexpectedContentError'];

export function troubleOf(error: unknown): Trouble {
  if (error instanceof Refused)
    return { kind: 'server', code: error.code, sqlState: error.sqlState, text: error.message };
  if (error instanceof NoAnswer)
    return { kind: 'line', code: error.code, sqlState: '', text: error.message };
  if (error instanceof MalformedRows)
    return { kind: 'rows', code: '', sqlState: '', text: error.message };
  const { code, sqlState = '', message, cause, stack } = error as DriverError;
  const named = code === undefined ? '' : String(code);
  const isNameless =
    named === '' && error instanceof Error && error.name === 'OperationFailedError';
  if (lineNames.includes((error as Error).name) || isNameless)
    return {
      kind: 'line',
      code: codeOf(cause) || named,
      sqlState: '',
      text: textOf(message, cause),
    };
  if (/^\d{1,6}$/.test(named)) return { kind: 'server', code: named, sqlState, text: message };
  return { kind: 'bug', code: named, sqlState: '', text: stack ?? String(error) };
}

function codeOf(cause: unknown): string {
  return String((cause as { code?: string } | undefined)?.code ?? '');
}

function textOf(message: string, cause: unknown): string {
  return cause instanceof Error ? `${message}\n${cause.message}` : message;
}
