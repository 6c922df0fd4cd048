import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { AppError } from '../app-error.js';
import type { AddressGuard } from './address-guard.js';

export interface Post {
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface Answer {
  status: number;
  retryAfter: string | undefined;
}

/** All addresses of a name, as the machine resolves it. */
export type Resolve = (
  name: string,
  answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export const resolveBySystem: Resolve = (name, answer) => systemLookup(name, { all: true }, answer);

const timeoutMs = 15_000;

/**
 * Posts to an address that the guard allows. The name is resolved once, and the connection goes to what was checked; the
 * address at its other end is looked at again. A redirect is not followed, and nothing of an answer but its status and
 * Retry-After is read. Rejects with AppError `channel.…`, or what the line or the signal says.
 */
export function post(
  { url, headers, body }: Post,
  { guard, resolve }: { guard: AddressGuard; resolve: Resolve },
  signal: AbortSignal,
): Promise<Answer> {
  const isPlain = url.protocol === 'http:';
  const assertAllowed = (address: string): void => {
    if (!guard.allows(address)) throw privateAddress();
    if (isPlain && !guard.isNamed(address)) throw notHttps();
  };
  const host = url.hostname.replaceAll(/[[\]]/g, '');
  return new Promise((answered, failed) => {
    // An address in the URL is not resolved, so that no lookup would see it.
    if (isIP(host) !== 0) assertAllowed(host);
    const request = (isPlain ? requestHttp : requestHttps)(url, {
      method: 'POST',
      agent: false,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      lookup: checkedLookup(resolve, assertAllowed),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    request.once('socket', (socket) =>
      socket.once('connect', () => {
        try {
          assertAllowed(socket.remoteAddress ?? '');
        } catch (error) {
          socket.destroy(error as AppError);
        }
      }),
    );
    request.once('error', failed).once('response', (response) => {
      answered(answerOf(response));
      response.once('error', () => undefined).destroy();
    });
    request.end(body);
  });
}

const answerOf = ({ statusCode, headers }: IncomingMessage): Answer => ({
  status: statusCode ?? 0,
  retryAfter: headers['retry-after'],
});

/** One address that is not allowed spoils the name: which of them is connected to would be chance. */
function checkedLookup(resolve: Resolve, assertAllowed: (address: string) => void): LookupFunction {
  return (name, options, answer) =>
    resolve(name, (error, addresses) => {
      if (error) return answer(error, []);
      try {
        for (const { address } of addresses) assertAllowed(address);
      } catch (refusal) {
        return answer(refusal as NodeJS.ErrnoException, []);
      }
      const [first] = addresses;
      if (options.all || !first) return answer(null, addresses);
      return answer(null, first.address, first.family);
    });
}

const privateAddress = (): AppError =>
  new AppError(
    'channel.private_address',
    'Webhooks reach public addresses alone. Name the network in DRAWBRIDGE_WEBHOOK_NETWORKS, or choose another address.',
  );

const notHttps = (): AppError =>
  new AppError(
    'channel.not_https',
    'Webhooks go by https. http is for networks that DRAWBRIDGE_WEBHOOK_NETWORKS names.',
  );
