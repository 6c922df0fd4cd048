import { Failure } from '../../failure.js';
import type { FailureOptions } from '../../failure.js';

// Redis begins an error with a word in capitals; most of the server's words stand in src/server.c, createSharedObjects
// (https://github.com/redis/redis/blob/7.0/src/server.c, read 2026-11), those of a cluster in src/cluster.c.

type Meaning = (options: FailureOptions) => Failure;

export const rejected: Meaning = (options) =>
  new Failure('REJECTED', 'destination.rejected', 'The server refuses the record.', options);
const busy: Meaning = (options) =>
  new Failure('TRANSIENT', 'destination.busy', 'The server can not write now.', options);
const unauthenticated: Meaning = (options) =>
  new Failure(
    'CONFIG',
    'destination.auth_failed',
    'The server refuses the user or the password.',
    options,
  );
const forbidden: Meaning = (options) =>
  new Failure(
    'CONFIG',
    'destination.forbidden',
    'The user may not do this. Grant what the README of the connector lists.',
    options,
  );
const invalid: Meaning = (options) =>
  new Failure(
    'CONFIG',
    'destination.invalid',
    'The server does not understand a command. Its version may be too old for this sync.',
    options,
  );

const meanings: Readonly<Record<string, Meaning>> = {
  WRONGTYPE: rejected,
  /** `maxmemory` is reached, and nothing may be evicted. */
  OOM: busy,
  /** A replica: a failover is going on, or the address is a replica's. */
  READONLY: busy,
  LOADING: busy,
  MASTERDOWN: busy,
  /** The server can't save its data, and takes no writes until it can. */
  MISCONF: busy,
  NOREPLICAS: busy,
  BUSY: busy,
  UNBLOCKED: busy,
  CLUSTERDOWN: busy,
  TRYAGAIN: busy,
  MOVED: busy,
  ASK: busy,
  /** Scripts are forgotten when a server restarts or fails over; the next batch brings them. */
  NOSCRIPT: busy,
  NOAUTH: unauthenticated,
  WRONGPASS: unauthenticated,
  NOPERM: forbidden,
};

/** What an error reply means, by who must act. */
export function refusalOf(reply: Error): Failure {
  const [word = ''] = reply.message.split(' ', 1);
  const mean = meanings[word] ?? meaningOfText(reply.message);
  return mean({
    vendorCode: /^[A-Z][A-Z0-9_]{1,63}$/.test(word) ? word : '',
    detail: reply.message,
  });
}

/** The user lacks the command itself; what it may do with single keys is another matter. */
export function lacksCommand({ vendorCode, detail = '' }: Failure): boolean {
  return vendorCode === 'NOPERM' && /to run the/.test(detail);
}

/** `ERR` is said of everything else. */
function meaningOfText(message: string): Meaning {
  if (/max number of clients/.test(message)) return busy;
  if (/executing the script can't run/.test(message)) return forbidden;
  if (/invalid password|invalid username/.test(message)) return unauthenticated;
  return /unknown (sub)?command|syntax error|wrong number of arguments|DB index|cluster support disabled/i.test(
    message,
  )
    ? invalid
    : rejected;
}

/** A command was sent, and its answer never came. */
export function noAnswer(cause: Error): Failure {
  return new Failure(
    'TRANSIENT',
    'destination.no_answer',
    'The connection broke before the server answered.',
    { detail: cause.message },
  );
}

/** No connection: nothing was sent. */
export function connectFailure(error: Error): Failure {
  const { code = '' } = error as { code?: string };
  if (/CERT|SSL|TLS|ALTNAME|SELF_SIGNED|WRONG_VERSION/.test(code))
    return new Failure(
      'CONFIG',
      'destination.tls_failed',
      'TLS with the server failed. Check tls, caFile and certFile.',
      { detail: error.message },
    );
  return new Failure(
    'TRANSIENT',
    'destination.unreachable',
    'The server does not answer. Check host, port and network.',
    { detail: error.message },
  );
}
