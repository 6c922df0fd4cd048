import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { Failure } from '../../failure.js';

// The codes of JetStream's errors: https://github.com/nats-io/nats-server/blob/main/server/errors.json, read 2026-11.

/** The stream takes no more until something leaves it or it is enlarged; or the server is short of something. */
const full = new Set([10023, 10028, 10047, 10167]);
/** JetStream is not there for now: no leader, starting, going. */
const away = new Set([10008, 10009, 10076]);
/** What is to be stored fails in the stream: too large, or its limits say no. */
const storeFailed = 10077;

/** Of something that was asked: what it means, by who must act. */
export function failureOfAnswer(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof JetStreamApiError) return refusalOf(error);
  const detail = textOf(error);
  if (isOrComesOf(error, errors.PermissionViolationError))
    return new Failure(
      'CONFIG',
      'destination.forbidden',
      'The user may not do this. Grant what the README of the connector lists.',
      { vendorCode: 'PERMISSIONS_VIOLATION', detail },
    );
  // What the library throws when nobody answers is not among its exports.
  if ((error as Error).name === 'JetStreamNotEnabled' || error instanceof errors.NoRespondersError)
    return noStream(detail);
  if (error instanceof errors.InvalidArgumentError)
    return new Failure('REJECTED', 'destination.rejected', 'The message is too large.', { detail });
  return new Failure(
    'TRANSIENT',
    'destination.no_answer',
    'The connection broke before the server answered.',
    { detail },
  );
}

function refusalOf(error: JetStreamApiError): Failure {
  const options = { vendorCode: String(error.code), detail: error.message };
  // The code says that it could not be stored, and only the text why.
  const isFull =
    error.code === storeFailed && /maximum (messages|bytes) exceeded/.test(error.message);
  if (isFull || full.has(error.code) || away.has(error.code))
    return new Failure(
      'TRANSIENT',
      'destination.busy',
      'The stream takes no messages now.',
      options,
    );
  return new Failure(
    'REJECTED',
    'destination.rejected',
    'The stream refuses the message.',
    options,
  );
}

export function noStream(detail: string): Failure {
  return new Failure(
    'CONFIG',
    'destination.object_missing',
    'No stream keeps messages of this subject. Create one, or correct the name.',
    { detail },
  );
}

/** No connection: nothing was sent. */
export function connectFailure(error: unknown): Failure {
  const detail = [textOf(error), textOf((error as { cause?: unknown }).cause)].join('\n');
  if (error instanceof errors.AuthorizationError || /authorization|authentication/i.test(detail))
    return new Failure(
      'CONFIG',
      'destination.auth_failed',
      'The server refuses the user or its credentials.',
      { detail },
    );
  if (/CERT|TLS|SSL|ALTNAME|certificate/i.test(detail))
    return new Failure(
      'CONFIG',
      'destination.tls_failed',
      'TLS with the server failed. Check tls and caFile.',
      { detail },
    );
  return new Failure(
    'TRANSIENT',
    'destination.unreachable',
    'The server does not answer. Check its address and the network.',
    { detail },
  );
}

function isOrComesOf(error: unknown, kind: new (...given: never[]) => Error): boolean {
  return error instanceof kind || (error instanceof Error && error.cause instanceof kind);
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error ?? '');
}
