import type { IncomingMessage } from 'node:http';
import { AppError } from '../app-error.js';
import type { AddressGuard } from '../outbound/address-guard.js';
import { requestGuarded, type Resolve } from '../outbound/guarded-request.js';

export interface Post {
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface Answer {
  status: number;
  retryAfter: string | undefined;
}

const timeoutMs = 15_000;

/**
 * Posts to an address that the guard allows. A redirect is not followed, and nothing of an answer but its status and
 * Retry-After is read. Rejects with AppError `channel.…`, or what the line or the signal says.
 */
export function post(
  { url, headers, body }: Post,
  { guard, resolve }: { guard: AddressGuard; resolve: Resolve },
  signal: AbortSignal,
): Promise<Answer> {
  const outlet = { guard, resolve, privateAddress, notHttps };
  return new Promise((answered, failed) => {
    const request = requestGuarded(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      },
      outlet,
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
